"""The schema of a newer program (结构升级) is made on a copy of the database; only a sound copy takes its place.

    verified backup -> copy -> steps of the new schema -> every page, every invariant -> exchanged as a set

The former database stays in `replaced-N`, from where `former` fetches it while nothing was done since. A cut at any
moment leaves the former clinic or the upgraded one: the exchange is `kernel.switching`.
"""

import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.backup import examining, making, places
from appliance.backup.file_format import check_seal
from appliance.child_process import Progress
from appliance.upgrade import former
from appliance.upgrade.undisturbed import without_backups
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, installation, invariants, keys, opening, schema, switching
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work

FREE_TIMES = 3  # the copy, its log while the steps run, and room for a day of work
PAGES_A_STEP = 4096
log = logging.getLogger("clinic.upgrade")


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was done: the steps in order, the verified backup of before, where the former database lies."""

    steps: tuple[str, ...]
    backup: str
    aside: Path


@opening.telling_of_disk()
def bring_up(config: Config, report: Progress) -> Upgraded | None:
    """Bring the clinic of the data folder to this program's schema; None when it has it. The caller holds the lock.

    Refused, and nothing changed: `upgrade.no_space` (MB needed and free), `upgrade.damaged`, `upgrade.unsound` (the
    invariant that the new schema breaks), `schema.newer`, `clinic.wal_damaged`, `backup.under_way`, whatever a backup
    is refused for, what does not open, `kernel.disk_full`, `kernel.disk_failed`.
    """
    folder, steps = config.data, registry.migration_steps()
    switching.finish_interrupted(folder)
    opening.finish_interrupted_creation(folder)
    opening.refuse_damaged_log(folder)  # closing would move what is left of it home
    try:
        opening.open_clinic(folder, steps, owned=False)
        missing = schema.missing(steps)
        if not missing:
            return None
        _need_space(folder)
        sound = _sound()
        kept = _kept_already(folder)
    finally:
        db.close_database()
    log.info("%d steps of a newer schema, on a copy", len(missing))
    backup = kept or making.make(config, "upgrade", report).file
    registry.wire(config)
    key_set = keys.load(folder / opening.KEYS, keys.read_label(folder / opening.LABEL)["key"])
    names = tuple(f"{step.subject}.{step.name}" for step in missing)
    with without_backups(folder):
        staged = switching.stage(folder)
        try:
            _copy(folder, staged, steps, report)
            former.note(staged, names, _migrate(staged, key_set, steps, sound, names, report))
        except BaseException:
            db.close_database()
            switching.abandon(staged)
            raise
        aside = switching.switch(staged)
    return Upgraded(names, backup, aside)


def open_upgraded(config: Config, report: Progress) -> installation.Installation:
    """Open the clinic for a command that owns the folder, brought up to this program's schema first."""
    bring_up(config, report)
    return opening.open_clinic(config.data, registry.migration_steps())


def _kept_already(folder: Path) -> str:
    """The name of a verified backup of the open database as it is now: whoever installs this program made one."""
    found = next((one for one in places.local_backups(folder) if one.header.kind == "upgrade"), None)
    if found is None:
        return ""
    now = examining.describe("upgrade", "", 0)
    same = ("clinic_id", "epoch", "schema", "audit_seq", "audit_hlc", "counts")
    if any(getattr(now, name) != getattr(found.header, name) for name in same):
        return ""
    try:
        check_seal(found, keys.seal_key(opening.kept_keys(folder).audit_key))
    except Refused:
        return ""
    return found.path.name


def _need_space(folder: Path) -> None:
    need = FREE_TIMES * (folder / opening.DATABASE).stat().st_size
    free = shutil.disk_usage(folder).free
    if free < need:
        raise Refused("upgrade.no_space", need=need // 1_000_000 + 1, free=free // 1_000_000)


def _sound() -> dict[str, bool]:
    """By invariant, whether it holds before; one that asks for what only the new schema has is not in it."""
    return {one.id: one.holds for one in invariants.results_in_older_schema()}


def _copy(folder: Path, staged: Path, steps: Sequence[schema.Step], report: Progress) -> None:
    """With what is still in the log; damage of the log is named by opening the clinic as its owner."""
    opening.refuse_damaged_log(folder)
    opening.open_clinic(folder, steps, owned=False)
    try:
        db.copy_to(staged / opening.DATABASE, PAGES_A_STEP, lambda done, of: report("copying", done, of))
    except db.DamagedPage as err:
        raise Refused("upgrade.damaged", where=db.damage_named(err)) from err
    finally:
        db.close_database()


def _migrate(
    staged: Path, key_set: keys.KeySet, steps: Sequence[schema.Step], sound: dict[str, bool], names: tuple[str, ...],
    report: Progress,
) -> former.State:  # fmt: skip
    """Returns how far the work of the clinic had come, for who wants to go back."""
    database = staged / opening.DATABASE
    report("migrating", 0, 0)
    opening.open_copy(database, key_set, steps)
    report("reading", 0, 0)
    if damaged := db.damaged_pages():
        raise Refused("upgrade.damaged", where=damaged[0][:80])
    report("counting", 0, 0)
    for one in invariants.results():
        if not one.holds and sound.get(one.id, True):  # an old fault keeps nobody on the old program
            what, why = one.violations[0]
            raise Refused("upgrade.unsound", invariant=one.title, what=what, why=why)
    with unit_of_work(SYSTEM) as uow:
        uow.audit("clinic.upgraded", steps=list(names))
    then = former.state()
    db.checkpoint(truncate=True)
    db.close_database()
    with database.open("rb+") as file:
        os.fsync(file.fileno())
    return then
