"""The clinic as it was before an upgrade (升级前的库), and the way back to it while nothing would be lost."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from appliance.upgrade.undisturbed import without_backups
from clinic_app.kernel import db, installation, keys, opening, outbox, switching, wal_check
from clinic_app.kernel.errors import Refused

# Each command leaves an audit row; these are who came and went, and what the program does by itself and does again.
NO_WORK = frozenset({
    "clinic.release", "people.signed_in", "people.signed_out", "people.sign_in_failed", "people.proved",
    "people.locked", "people.unlocked", "people.told_of_reset", "rights.denied",
    "backups.ask_now", "backups.made", "backups.copied", "backups.refused",
    "checks.start_run", "checks.join_run", "checks.finish_run", "selfcheck.write_report", "selfcheck.make_bundle",
    "stock.lapse", "stock.post_price_changes",
})  # fmt: skip
# What is written before it is signed leaves no audit row; every change of it counts its `rev` up.
DRAFTS = {
    "note": "SELECT count(*) || ' ' || total(rev) FROM note",
    "prescription": "SELECT count(*) || ' ' || total(rev) FROM prescription",
    "request": "SELECT count(*) || ' ' || total(rev) FROM request",
}


@dataclass(frozen=True, slots=True)
class State:
    """How far the work of the open clinic has come: its epoch, how many events, the newest audit row, the drafts."""

    epoch: str
    events: int
    audit_seq: int
    drafts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Former:
    """A set-aside database: the steps that were added to its copy, and the state of that copy then."""

    folder: Path
    steps: tuple[str, ...]
    then: State


def state() -> State:
    """Of the database that is open, which may be of an older program or a newer one."""
    seq = db.value("SELECT max(seq) FROM audit") or 0
    return State(installation.current().epoch.hex(), outbox.count(), int(seq), _drafts())


def _drafts() -> dict[str, str]:
    found = {}
    for name, sql in DRAFTS.items():
        try:
            found[name] = str(db.value(sql))
        except db.SqlError as err:
            if not db.is_unknown(err):
                raise
    return found


def note(staged: Path, steps: tuple[str, ...], then: State) -> None:
    """Write into what is staged why it replaces the former database, with which it will lie.

    Without it there is only the backup to go back to, so it is there before the exchange.
    """
    text = json.dumps({"steps": list(steps), "then": asdict(then)})
    with (staged / switching.NOTE).open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    keys.sync_folder(staged)


def newest(folder: Path) -> Former | None:
    """The database that the last upgrade replaced, when it is still there."""
    found = []
    for path in folder.glob(f"{switching.REPLACED}*/{switching.NOTE}"):
        try:
            told = json.loads(path.read_text("utf-8"))
            found.append(Former(path.parent, tuple(map(str, told["steps"])), _state_in(told["then"])))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    whole = [one for one in found if (one.folder / opening.DATABASE).exists()]
    return max(whole, key=lambda one: int(one.folder.name.removeprefix(switching.REPLACED)), default=None)


def _state_in(told: dict[str, Any]) -> State:
    drafts = {str(name): str(text) for name, text in told["drafts"].items()}
    return State(str(told["epoch"]), int(told["events"]), int(told["audit_seq"]), drafts)


@opening.telling_of_disk()
def go_back(folder: Path) -> Path:
    """Put the former database in place again; returns where the upgraded one lies now. The caller holds the lock.

    Refused, and nothing changed: `upgrade.no_former`; `upgrade.worked_since` (how much) when work would be lost;
    `upgrade.restored_since` when a backup took its place; `backup.under_way`; `kernel.disk_full`, `.disk_failed`.
    """
    switching.finish_interrupted(folder)
    former = newest(folder)
    if former is None:
        raise Refused("upgrade.no_former")
    with without_backups(folder):
        return _put_back(folder, former)


def _put_back(folder: Path, former: Former) -> Path:
    key_set = keys.load(folder / opening.KEYS, keys.read_label(folder / opening.LABEL)["key"])
    opening.refuse_damaged_log(folder)
    try:
        opening.open_clinic(folder, (), owned=False)
        _refuse_lost_work(former.then)
    finally:
        db.close_database()
    if damage := wal_check.wal_damage_beside(former.folder / opening.DATABASE):
        raise Refused("upgrade.damaged", where=damage[:80])
    staged = switching.stage(folder)
    try:
        for name in (opening.DATABASE, f"{opening.DATABASE}-wal"):  # a reader may have kept the log from being emptied
            if (former.folder / name).exists():
                shutil.copyfile(former.folder / name, staged / name)
                with (staged / name).open("rb+") as file:
                    os.fsync(file.fileno())
        opening.open_copy(staged / opening.DATABASE, key_set)
        if damaged := db.damaged_pages():
            raise Refused("upgrade.damaged", where=damaged[0][:80])
        db.checkpoint(truncate=True)
        db.close_database()
    except BaseException:
        db.close_database()
        switching.abandon(staged)
        raise
    return switching.switch(staged)


def _refuse_lost_work(then: State) -> None:
    """Whether anything but coming and going was written in the open clinic since."""
    now = state()
    if now.epoch != then.epoch:
        raise Refused("upgrade.restored_since")
    since = db.rows("SELECT action FROM audit WHERE seq > ?", (then.audit_seq,))
    commands = sum(action not in NO_WORK for (action,) in since)
    drafts = sum(now.drafts.get(name) != told for name, told in then.drafts.items())
    lost = max(commands, now.events - then.events, 0) + drafts
    if lost or now.audit_seq < then.audit_seq or now.events < then.events:
        raise Refused("upgrade.worked_since", count=max(lost, 1))
