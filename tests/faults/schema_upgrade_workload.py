"""A newer program brings a clinic up to its schema, for the power-cut recorder; the judge of what a cut leaves.

Backup, copy, steps on the copy, exchange: the former clinic or the upgraded one, never between; the former database is
kept; and at every moment there is a verified backup under its final name.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from appliance.backup import making
from appliance.backup.file_format import SUFFIX
from appliance.upgrade import former, on_a_copy
from clinic_app import registry
from clinic_app.kernel import db, keys, opening, parameters, switching
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.conftest import config_of
from tests.faults import backup_workload as backup
from tests.faults import migration_workload as migration
from tests.faults.plain_files import recording_plain_files
from tests.faults.product_workload import broken_invariant
from tests.faults.recorder import Tape, recording
from tests.faults.replay import scratch_folder

UPGRADED = "the newer program may serve"
UPGRADED_ANEW_EVERY = 40


def make_home(home: Path) -> bytes:
    """A clinic of the former program as a killed server leaves it, with one backup, the only one it keeps; its seed."""
    seed = migration.make(home)
    opening.open_clinic(home, registry.migration_steps())
    with unit_of_work(SYSTEM) as uow:
        parameters.change(uow, "backups.keep_upgrade", 1, uow.on, "test")
        uow.audit("test")
    opening.close_clinic()
    making.make(config_of(home), "upgrade", backup.silent)
    backup.leave_a_log(home)
    return seed


@contextmanager
def newer_program() -> Iterator[None]:
    """Inside, this program knows the newer steps."""
    known = [*registry.migration_steps(), *migration.NEWER]
    with patch.object(registry, "migration_steps", lambda: known):
        yield


def tape_of(home: Path, folder: Path, *, disk_lies: bool = False) -> Tape:
    """The upgrade of a copy of the clinic; acknowledged when it is over."""
    shutil.copytree(home, folder, dirs_exist_ok=True)
    registry.wire(config_of(folder))
    pragmas = tuple({**dict(db.PRAGMAS), "cache_size": migration.CACHE_PAGES}.items())
    with recording(folder, disk_lies=disk_lies) as tape, recording_plain_files(tape), backup.recorded_database():
        with newer_program(), patch.object(db, "PRAGMAS", pragmas):
            on_a_copy.bring_up(config_of(tape.folder), backup.silent)
        tape.acknowledge(UPGRADED)
    return tape


def one_by_one(staged: Path) -> Path:
    """The wrong twin of `switching.switch`: one file after the other, with nothing that says how far it got."""
    folder, aside = staged.parent, staged.parent / "replaced-1"
    aside.mkdir()
    for name in (*switching.LOGS, opening.DATABASE):
        if (folder / name).exists():
            (folder / name).replace(aside / name)
        keys.sync_folder(folder)
    (staged / switching.NOTE).replace(aside / switching.NOTE)
    (staged / opening.DATABASE).replace(folder / opening.DATABASE)
    keys.sync_folder(staged)
    keys.sync_folder(folder)
    staged.rmdir()
    return aside


class Judge:
    """The judge of `replay` for the clinic of `home`, upgraded."""

    def __init__(self, home: Path, seed: bytes) -> None:
        self.seed, self.key_set, self.judged = seed, keys.derive(seed), 0
        registry.wire(config_of(home))
        self.former = registry.migration_steps()
        self.newer = [*self.former, *migration.NEWER]
        with scratch_folder() as copy:
            shutil.copytree(home, copy, dirs_exist_ok=True)
            opening.open_clinic(copy, self.former)
            self.work, self.former_schema = migration.work_there(), migration.schema_there()
            db.close_database()
        audited = migration.WORK.index("audit")
        self.newer_work = tuple(many + (place == audited) for place, many in enumerate(self.work))  # type: ignore[operator]

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        self.judged += 1
        try:
            if not opening.exists(folder):  # finishes or undoes an exchange, as every start does
                return "LOST: no clinic is there"
            found = sorted((folder / "backups").rglob(f"*{SUFFIX}"))
            if not found:
                return "LOST: no backup is left"
            half = [f"{path.name} {said}" for path in found if (said := backup.not_whole(path, self.seed))]
            if half:
                return f"HALF: {half}"
            return self._opened(folder, bool(acknowledged)) or self._upgraded_anew(folder)
        except Exception as err:  # whatever keeps the next start from opening is a verdict
            return f"FAULT: {err!r}"
        finally:
            db.close_database()

    def _opened(self, folder: Path, is_answered: bool) -> str:
        opening.refuse_damaged_log(folder)
        opening.open_clinic(folder, self.newer, owned=False)
        applied = db.value("SELECT count(*) FROM migration WHERE subject = 'later'")
        is_new = applied > 0
        if applied not in (0, len(migration.NEWER)) or (migration.schema_there() == self.former_schema) is is_new:
            return f"BETWEEN: {applied} of {len(migration.NEWER)} steps"
        if is_answered and not is_new:
            return "LOST: the newer program was ready"
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        if migration.work_there() != (self.newer_work if is_new else self.work):
            return f"CHANGED: rows of the clinic's work, upgraded: {is_new}"
        if said := broken_invariant():
            return said
        db.close_database()
        return self._former_kept(folder) if is_new else ""

    def _former_kept(self, folder: Path) -> str:
        """The database of before opens still, with what was in its log alone, and is what the way back leads to."""
        if former.newest(folder) is None:
            return "OLD: nothing leads back to it"
        opening.open_copy(folder / "replaced-1" / opening.DATABASE, self.key_set)
        found = migration.work_there(), migration.schema_there()
        db.close_database()
        return "" if found == (self.work, self.former_schema) else f"OLD: rows {found[0]} of {self.work}"

    def _upgraded_anew(self, folder: Path) -> str:
        """The next start of the newer program goes well and sweeps away what the cut left."""
        if self.judged % UPGRADED_ANEW_EVERY:
            return ""
        with newer_program():
            on_a_copy.bring_up(config_of(folder), backup.silent)
            opening.open_clinic(folder, self.newer, owned=False)
        if schema_left := len(migration.NEWER) - db.value("SELECT count(*) FROM migration WHERE subject = 'later'"):
            return f"BETWEEN: {schema_left} steps are missing after the next start"
        left = [path.name for path in folder.rglob("*") if path.name.endswith(".part")]
        return f"LEFT: {left}" if left else ""
