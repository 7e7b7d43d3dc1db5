"""The product's own work for the power-cut recorder: keyed commands on a small clinic, and the judge of what is left.

An answered command must be there with the same result, an answered draft row too; at most one command that nobody was
answered may be there as well; numbers have no gap and every invariant holds.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from clinic_app import registry
from clinic_app.kernel import db, invariants, opening
from clinic_app.kernel.idempotency import stored_key
from clinic_app.kernel.packing import unpack
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.faults.recorder import VFS_NAME, Tape

CHECKPOINT_EVERY, TRUNCATE_EVERY = 3, 11
# What stands in each series, and the last number given.
NUMBERED = (
    ("receipts", "SELECT count(*), min(number), max(number), coalesce((SELECT last FROM series"
     " WHERE name = b.series), 0) FROM bill b GROUP BY b.series"),
    ("visits", "SELECT count(*), min(queue_no), max(queue_no), coalesce((SELECT last FROM series"
     " WHERE name = 'visits.queue.' || v.visit_on), 0) FROM visit v GROUP BY v.visit_on"),
    ("persons", "SELECT count(*), min(substr(person_no, -7) + 0), max(substr(person_no, -7) + 0),"
     " coalesce((SELECT last FROM series WHERE name = 'patients.person'), 0) FROM patient"),
    ("goods-in", "SELECT count(*), min(substr(goods_in_no, -6) + 0), max(substr(goods_in_no, -6) + 0),"
     " coalesce((SELECT max(last) FROM series WHERE name GLOB 'XQX01G*'), 0) FROM goods_in"),
)  # fmt: skip


class Answered(NamedTuple):
    """A command's key and result; drafts have no key."""

    key: str
    result: str


@contextmanager
def open_recorded(tape: Tape) -> Iterator[Clinic]:
    """The clinic of the tape's folder, open through the recorder; every answer goes on the tape."""
    config = config_of(tape.folder)
    modules = registry.wire(config)
    opening.open_clinic(tape.folder, registry.migration_steps(), vfs=VFS_NAME)

    def note(key: str, result: dict[str, Any]) -> None:
        tape.acknowledge(Answered(key, json.dumps(result, ensure_ascii=False, separators=(",", ":"))))

    visit.listeners.append(note)
    try:
        yield Clinic(tape.folder, config, modules)
    finally:
        visit.listeners.remove(note)
        db.close_database()


def work(tape: Tape, *, visits: int, synchronous: str = "full") -> None:
    """Serve `visits` patients, some voided and charged again, with goods-in and checkpoints between the commands.

    `synchronous` other than full is the wrong setting that the judge must find out.
    """
    with open_recorded(tape) as clinic:
        db.connection().pragma("synchronous", synchronous)
        commands = 0

        def checkpoint(key: str, _result: dict[str, Any]) -> None:
            nonlocal commands
            commands += bool(key)
            if key and commands % CHECKPOINT_EVERY == 0:
                db.checkpoint(truncate=commands % TRUNCATE_EVERY == 0)

        visit.listeners.append(checkpoint)
        try:
            for number in range(visits):
                _serve(clinic, number)
        finally:
            visit.listeners.remove(checkpoint)


def _serve(clinic: Clinic, number: int) -> None:
    arrived = visit.arrive(clinic)
    sheets = visit.consult(clinic, arrived["visit_id"], small_clinic.DRUGS)
    bill = visit.pay(clinic, arrived["visit_id"], cash_fen=100_000 if number % 2 else None)
    if number % 4 == 1:
        visit.void(clinic, bill["bill_id"])
        visit.pay(clinic, arrived["visit_id"], scan_fen=500, reference=f"WX{number:06d}")
    if number % 3:
        visit.dispense(clinic, sheets[0])
    if number % 5 == 4:
        visit.receive_goods(clinic, small_clinic.DRUGS, f"B{number}")


class Judge:
    """The judge of `replay` for a clinic whose keys lie in `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.steps = registry.migration_steps()

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        shutil.copytree(self.home / opening.KEYS, folder / opening.KEYS, dirs_exist_ok=True)
        try:
            opening.open_clinic(folder, self.steps)
            return self._verdict([one for one in acknowledged if isinstance(one, Answered)])
        except Exception as err:  # whatever keeps a clinic from opening is a verdict
            return f"CORRUPT: {err!r}"
        finally:
            db.close_database()

    def _verdict(self, acknowledged: list[Answered]) -> str:
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        return _broken_promise(acknowledged) or broken_numbers() or broken_invariant()


def _broken_promise(acknowledged: list[Answered]) -> str:
    found = {key: unpack(result) for key, result in db.rows("SELECT key, result FROM once")}
    for one in acknowledged:
        if one.key and stored_key(one.key) not in found:
            return f"LOST: an answered command is gone, {len(found)} are there"
        if one.key and found[stored_key(one.key)] != one.result:
            return f"CHANGED: {one.result} was answered, {found[stored_key(one.key)]} is there"
        if not one.key and (line := json.loads(one.result).get("line_id")) and not _line_is_there(line):
            return "LOST: an answered row of a draft is gone"
    keys = sum(bool(one.key) for one in acknowledged)
    if len(found) > keys + 1:
        return f"GHOST: {keys} commands were answered, {len(found)} are there"
    charged = sum("change_fen" in json.loads(result) for result in found.values())
    if charged != db.value("SELECT count(*) FROM bill"):
        return f"DOUBLE: {charged} charges, another number of bills"
    return ""


def _line_is_there(line_id: str) -> bool:
    return bool(db.value("SELECT 1 FROM prescription_line WHERE id = ?", (bytes.fromhex(line_id),)))


def broken_numbers() -> str:
    """A gap or double in receipts, visits, persons or deliveries of the open clinic, or ""."""
    for what, sql in NUMBERED:
        for count, first, last, given in db.rows(sql):
            if count and (first, last, given) != (1, count, count):
                return f"NUMBERS: {count} {what} from {first} to {last}, last given {given}"
    return ""


def broken_invariant() -> str:
    """The first invariant that does not hold in the open clinic, or ""."""
    broken = next((one for one in invariants.results() if not one.holds), None)
    return f"BROKEN: {broken.id} {broken.violations[0]}" if broken else ""
