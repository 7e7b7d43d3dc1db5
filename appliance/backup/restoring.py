"""Restoring a backup (恢复): staged, proved, given a new epoch, and only then exchanged for the old files as a set.

Nothing of what is there is touched before the backup has been proved; the exchange itself is `kernel.switching`, which
a power cut cannot leave half done. Into an empty folder, on another PC, it is the same.
"""

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.backup import places
from appliance.backup.examining import counts, examine
from appliance.backup.file_format import Found, check_seal
from appliance.backup.sealing import decrypt, trouble
from appliance.child_process import Progress
from clinic_app import registry
from clinic_app.kernel import db, installation, invariants, jobs, keys, opening, outbox, schema, sessions, switching
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.desks import services as desks

SPARE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now: `aside` is the folder of the old files, None where there were none.

    `unpaired`: browsers on the LAN whose pairing ended with the restore.
    """

    found: Found
    aside: Path | None
    results: list[invariants.Result]
    counts: dict[str, int]
    seconds: float
    numbers: str = ""
    """What every number begins with from now on."""
    unpaired: int = 0
    """How many PCs of the LAN have to be paired again."""

    @property
    def broken(self) -> list[invariants.Result]:
        return [one for one in self.results if not one.holds]


def restore(
    folder: Path, found: Found, key_set: keys.KeySet, identities: Sequence[Any], report: Progress
) -> Restored:
    """Put a backup in place of what the folder holds. The caller holds the folder's lock and has wired the subjects.

    Refused, and nothing changed: not sealed by these keys, damaged, newer than this program, no room.
    """
    began = time.monotonic()
    steps = registry.migration_steps()
    _room_for(folder, found)
    check_seal(found, keys.seal_key(key_set.audit_key), lambda done: report("reading back", done, found.size))
    try:
        staged = switching.stage(folder)
    except OSError as err:
        raise trouble(err, folder / switching.INCOMING) from err
    try:
        unpaired = _fill(staged, found, key_set, identities, steps, report)
        report("switching", 0, 0)
    except OSError as err:
        switching.abandon(staged)
        raise trouble(err, staged) from err
    except BaseException:
        db.close_database()
        switching.abandon(staged)
        raise
    aside = switching.switch(staged)
    had_files = any(aside.iterdir())
    if not had_files:
        with contextlib.suppress(OSError):  # it is done; an empty folder more does no harm
            aside.rmdir()
    results, rows = _seen_again(folder, steps, report)
    return Restored(
        found, aside if had_files else None, results, rows, time.monotonic() - began,
        installation.current().prefix(), unpaired,
    )  # fmt: skip


def key_set_of(seed: bytes, found: Found) -> keys.KeySet:
    """The keys that a typed sheet gives. Refused `backup.other_sheet` when the backup asks for another one."""
    key_set = keys.derive(seed)
    if key_set.mark != found.header.key_mark:
        raise Refused(
            "backup.other_sheet", mark=found.header.key_mark, clinic=found.header.name, found=key_set.mark
        )  # fmt: skip
    return key_set


def check_belongs(folder: Path, found: Found) -> None:
    """Refused `backup.other_clinic` when the folder holds, or held, another clinic than the backup is of."""
    label = keys.read_label(folder / opening.LABEL)
    mark = label["key"]
    if not mark and (folder / opening.KEYS / "mark").exists():
        mark = (folder / opening.KEYS / "mark").read_text("ascii", "replace").strip()
    if mark and mark != found.header.key_mark:
        raise Refused("backup.other_clinic", clinic=found.header.name, mark=found.header.key_mark, found=mark)


def _room_for(folder: Path, found: Found) -> None:
    need, free = found.header.bytes + SPARE_BYTES, places.free_bytes(folder)
    if free < need:
        raise Refused("backup.no_room", need=need >> 20, free=free >> 20)


def _fill(
    staged: Path, found: Found, key_set: keys.KeySet, identities: Sequence[Any], steps: Sequence[schema.Step],
    report: Progress,
) -> int:  # fmt: skip
    """The new files, proved, on the disk: database with its new epoch, keys, label; how many pairings ended."""
    database = staged / opening.DATABASE
    decrypt(found, database, identities, lambda done: report("opening", done, found.stream_bytes))
    examine(database, key_set, found.header, steps, lambda step: report(step, 0, 0), migrates=True)
    unpaired = _begin_anew(database, key_set, found)
    with database.open("rb+") as file:
        os.fsync(file.fileno())
    keys.store(staged / opening.KEYS, key_set)
    keys.write_label(staged / opening.LABEL, mark=key_set.mark, clinic=found.header.name)
    return unpaired


def _begin_anew(database: Path, key_set: keys.KeySet, found: Found) -> int:
    """A new epoch, no session, no paired browser, no paper that would be printed again; one audit row that says so."""
    try:
        opening.open_copy(database, key_set)
        with unit_of_work(SYSTEM) as uow:
            former = installation.current().epoch
            outbox.use_epoch(installation.begin_epoch(uow.conn, uow.at))
            sessions.end_stored(uow.conn, uow.at)
            jobs.doubt_restored(uow.conn, uow.at)
            unpaired = desks.end_all_pairings(uow)
            uow.audit(
                "clinic.restored", file=found.path.name, made=local_text(found.header.made_at),
                audit_seq=found.header.audit_seq, former_epoch=former.hex(),
                numbers=installation.current().prefix(), unpaired=unpaired,
            )  # fmt: skip
        db.checkpoint(truncate=True)
        return unpaired
    finally:
        db.close_database()


def _seen_again(
    folder: Path, steps: Sequence[schema.Step], report: Progress
) -> tuple[list[invariants.Result], dict[str, int]]:
    """What `clinic check` says of the files in their place."""
    try:
        opening.open_clinic(folder, steps)
        report("reading", 0, 0)
        if damaged := db.damaged_pages():
            raise Refused("clinic.pages_damaged", where=damaged[0][:80])
        report("counting", 0, 0)
        return invariants.results(), counts()
    finally:
        opening.close_clinic()

