"""Commands of the backups (备份): asking for one, the targets, what the child reports."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from clinic_app.kernel import ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.backups.models import BackupCopy, BackupRun, BackupTarget

FOLDER, VOLUME = "folder", "volume"
HERE = bytes(16)
MOST_TARGETS = 6


def _maker() -> ports.Backups:
    if ports.bound.backups is None:
        raise Refused("backups.no_server")
    return ports.bound.backups


def ask_now(uow: UnitOfWork) -> dict[str, Any]:
    """Make a backup now (立即备份), in the background; joins one that is under way."""
    maker = _maker()
    uow.audit("backups.ask_now")
    uow.after_commit(maker.make_now)
    return {}


def find_place(kind: str, place: str) -> str:
    """How a target is found again: the mark of a volume, the path of a folder. Touches the disk, so before the command.

    Refused as the disk says: not there, not writable.
    """
    maker = _maker()
    if kind == VOLUME:
        return maker.mark_volume(place)
    maker.check_folder(place)
    return place


def add_target(uow: UnitOfWork, *, kind: str, place: str, name: str, copy_no: int) -> dict[str, Any]:
    """Copy every backup to another disk from now on. Refused `backups.target_twice`, `backups.targets_full`."""
    present = BackupTarget.select().where(BackupTarget.ended_at.is_null())
    if present.where((BackupTarget.kind == kind) & (BackupTarget.place == place)).exists():
        raise Refused("backups.target_twice", field="place")
    if present.count() >= MOST_TARGETS:
        raise Refused("backups.targets_full", most=MOST_TARGETS)
    target_id = new_id()
    BackupTarget.insert(
        id=target_id, kind=kind, place=place, name=name, copy_no=copy_no, added_at=uow.at, added_by=uow.actor.person_id
    ).execute()
    uow.audit("backups.add_target", target_id, kind=kind, name=name, copy_no=copy_no)
    return {"target_id": target_id.hex()}


def end_target(uow: UnitOfWork, target_id: bytes) -> dict[str, Any]:
    """Copy nothing more to it; what is there stays."""
    ended = (
        BackupTarget.update(ended_at=uow.at)
        .where((BackupTarget.id == target_id) & BackupTarget.ended_at.is_null())
        .execute()
    )
    if not ended:
        raise Missing("backups.no_target")
    uow.audit("backups.end_target", target_id)
    return {}


def record_made(uow: UnitOfWork, made: Mapping[str, Any]) -> None:
    """Store what the server's child made: the run, copy 1, and how each target fared. Once per file."""
    if BackupRun.select().where(BackupRun.file == made["file"]).exists():
        return
    run_id = new_id()
    BackupRun.insert(
        id=run_id, kind=made["kind"], finished_at=uow.at, made_at=made["made_at"], file=made["file"],
        size=made["bytes"], total_ms=made.get("total_ms", 0), restore_ms=made.get("restore_ms", 0),
        statements=made.get("statements", 0), broken=" ".join(made.get("broken", ())),
    ).execute()  # fmt: skip
    _copy(run_id, 1, HERE, made["made_at"], "", {})
    uow.audit("backups.made", run_id, file=made["file"], broken=list(made.get("broken", ())))
    record_copies(uow, made)


def record_copies(uow: UnitOfWork, made: Mapping[str, Any]) -> None:
    """Store how each target fared with a backup that is noted already. Once per target."""
    run = BackupRun.get_or_none(BackupRun.file == made["file"])
    if run is None:
        return
    noted = {bytes(one.target_id) for one in BackupCopy.select().where(BackupCopy.run_id == run.id)}
    given: Sequence[Mapping[str, Any]] = made.get("copies", ())
    copies = [one for one in given if bytes.fromhex(one["target_id"]) not in noted]
    if not copies:
        return
    for one in copies:
        _copy(
            run.id, int(one["copy_no"]), bytes.fromhex(one["target_id"]), made["made_at"], one["reason"], one["facts"]
        )  # fmt: skip
    told = [f"{one['copy_no']} {one['reason']}".strip() for one in copies]
    uow.audit("backups.copied", run.id, file=made["file"], targets=told)


def record_no_copies(uow: UnitOfWork, made: Mapping[str, Any]) -> None:
    """A backup is proved and its copying hung: every target that did not tell how it fared is said to be late with it.

    Not one that was added since: nothing was copied there.
    """
    hung = Refused("backup.target_hangs")
    present = BackupTarget.select().where(
        BackupTarget.ended_at.is_null() & (BackupTarget.added_at <= made["made_at"])
    )
    copies = [
        {"copy_no": one.copy_no, "target_id": one.id.hex(), "reason": hung.code, "facts": {}} for one in present
    ]
    record_copies(uow, {"file": made["file"], "made_at": made["made_at"], "copies": copies})


def _copy(run_id: bytes, copy_no: int, target_id: bytes, made_at: int, code: str, facts: Mapping[str, Any]) -> None:
    BackupCopy.insert(
        run_id=run_id, copy_no=copy_no, target_id=target_id, made_at=made_at, refusal=code,
        facts=json.dumps(dict(facts), ensure_ascii=False),
    ).execute()  # fmt: skip


def record_refused(uow: UnitOfWork, kind: str, refused: Refused) -> None:
    """Store why a backup was not made."""
    run_id = new_id()
    facts = {name: str(fact) for name, fact in refused.facts.items()}
    BackupRun.insert(
        id=run_id, kind=kind, finished_at=uow.at, refusal=refused.code, facts=json.dumps(facts, ensure_ascii=False)
    ).execute()
    uow.audit("backups.refused", run_id, reason=refused.code)
