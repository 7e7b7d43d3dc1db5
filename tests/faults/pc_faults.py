"""Faults of the PC around the database: an edited trail, a jumping clock, a bad disk, a tool that holds the file.

Each act returns what was done and how many times something was bad, and has a wrong twin that must be found out.
"""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import apsw
from peewee import DatabaseError

from clinic_app import registry
from clinic_app.kernel import audit, db, opening
from clinic_app.kernel.clock import AHEAD_TOLERANCE_MS, BACK_TOLERANCE_MS, WRONG, Clock, Reading
from clinic_app.kernel.errors import Refused
from sync.wire.canonical import canonical
from sync.wire.hashes import seal
from sync.wire.hybrid_clock import wall_of
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import product_flips, small_clinic
from tests.faults.failing_disk import VFS_NAME, failing_disk
from tests.faults.product_workload import broken_invariant, broken_numbers
from tests.faults.replay import scratch_folder

Outcome = tuple[str, int]
SECOND, DAY_MS = 1_000, 86_400_000
SECTOR, PAGE = 512, 4096
LONGEST_ANSWER = 5.0


@contextmanager
def opened(folder: Path, *, vfs: str | None = None) -> Iterator[Clinic]:
    """The small clinic of a folder, open; it need not close well on a bad disk."""
    modules = registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps(), vfs=vfs)
    try:
        yield Clinic(folder, config_of(folder), modules)
    finally:
        db.close_database()


@contextmanager
def a_clinic() -> Iterator[Path]:
    with scratch_folder() as folder:
        small_clinic.make(folder)
        yield folder


class _Undo(Exception):
    """Rolls an edit back."""


def audit_edits(edits: int, seed: int, *, knows_the_key: bool = False) -> Outcome:
    """Fault 45: rows changed, removed, inserted, re-hashed; bad is every edit that the check does not name.

    Its wrong twin re-hashes the rest of the chain with the clinic's own key: only a head kept elsewhere sees that.
    """
    chance, kinds, missed = random.Random(seed), Counter[str](), []
    with a_clinic() as folder, opened(folder) as clinic:
        for _ in range(3):
            product_flips._serve(clinic)
        clinic.drop_triggers("audit")
        last = db.value("SELECT max(seq) FROM audit")
        for _ in range(edits):
            kind = "re-hashed" if knows_the_key else chance.choice(("changed", "removed", "inserted", "re-hashed"))
            kinds[kind] += 1
            if not _is_named(kind, chance, last, audit._key if knows_the_key else chance.randbytes(32)):
                missed.append(kind)
    return f"{edits:,} edits ({dict(kinds)}), {len(missed)} not named", len(missed)


def _is_named(kind: str, chance: random.Random, last: int, key: bytes) -> bool:
    named = False
    try:
        with db.write_transaction() as conn:
            _edit(conn, kind, chance.randrange(1, last), chance, key)
            named = bool(audit.broken_links())
            raise _Undo
    except _Undo:
        return named


def _edit(conn: apsw.Connection, kind: str, seq: int, chance: random.Random, key: bytes) -> None:
    """Never the newest row: cutting the end off needs a head that is kept elsewhere."""
    if kind == "removed":
        conn.execute("DELETE FROM audit WHERE seq = ?", (seq,))
    elif kind == "inserted":
        conn.execute("UPDATE audit SET seq = -seq - 1 WHERE seq >= ?", (seq,))
        conn.execute("UPDATE audit SET seq = -seq WHERE seq < 0")
        conn.execute(f"INSERT INTO audit({audit.COLUMNS}, hash) SELECT seq - 1, {audit.COLUMNS[5:]}, hash FROM audit"
                     " WHERE seq = ?", (seq + 1,))  # fmt: skip
    else:
        column, value = chance.choice(
            (("action", "charging.void"), ("detail", '{"amount":1}'), ("wall", 1), ("person_id", chance.randbytes(16)),
             ("patient_id", chance.randbytes(16)), ("clock_state", "trusted"))
        )  # fmt: skip
        if column == "clock_state":  # may stand there already
            column, value = "desk_id", chance.randbytes(16)
        conn.execute(f'UPDATE audit SET "{column}" = ? WHERE seq = ?', (value, seq))
    if kind == "re-hashed":
        _reseal(conn, seq, key)


def _reseal(conn: apsw.Connection, first: int, key: bytes) -> None:
    prev = db.value("SELECT hash FROM audit WHERE seq = ?", (first - 1,)) or audit.GENESIS
    for row in conn.execute(f"SELECT {audit.COLUMNS} FROM audit WHERE seq >= ? ORDER BY seq", (first,)).fetchall():
        prev = seal(key, prev, canonical(list(row)))
        conn.execute("UPDATE audit SET hash = ? WHERE seq = ?", (prev, row[0]))


class JumpingTime:
    """A PC whose clock jumps."""

    def __init__(self) -> None:
        self.wall, self.boot = 1_795_233_600_000, 1_000_000

    def wall_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.boot


class Believing(Clock):
    """The wrong twin: it takes whatever the PC says."""

    def read(self) -> Reading:
        real = super().read()
        said = self.source.wall_ms()
        return Reading(said, said << 16, real.on, said, "guessed")


def clock_jumps(jumps: int, seed: int, *, believes: bool = False) -> Outcome:
    """Faults 23, 24: from a second to ten years, forwards and back, while running and at the start; T1 always holds."""
    chance, bad, doubts = random.Random(seed), 0, 0
    far = (1, 5, 3_600, 86_400, 30 * 86_400, 8 * 365 * 86_400, 3_650 * 86_400)
    for number in range(jumps):
        time_, made = JumpingTime(), (Believing if believes else Clock)()
        made.start(0, time_)
        before = made.read()
        jump = chance.choice(far) * SECOND * chance.choice((-1, 1)) + chance.randrange(-900, 900)
        jump = -time_.wall + 1_000 if number % 50 == 0 else jump  # 1970
        time_.wall += jump
        time_.boot += 5
        if number % 2:
            made.start(before.hlc, time_)
        after = made.read()
        must_doubt = jump < -BACK_TOLERANCE_MS or (jump > AHEAD_TOLERANCE_MS + SECOND and not number % 2)
        doubts += after.state == WRONG
        wrong = after.hlc <= before.hlc or wall_of(after.hlc) < wall_of(before.hlc) or after.at < before.at
        bad += wrong or (must_doubt and after.state != WRONG) or (must_doubt and after.on != before.on)
    return f"{jumps:,} jumps, {doubts} doubted, {bad} bad", bad


def held_database(rounds: int, seed: int, *, is_held: bool = True) -> Outcome:
    """Fault 22: another tool holds the write lock; a command waits, is refused with a sentence, and works afterwards.

    Its wrong twin holds nothing: the trial must notice that nobody was ever refused.
    """
    refused, lost = 0, 0
    with a_clinic() as folder, patch.object(db, "BUSY_MS", 200), opened(folder) as clinic:
        tool = db.database._connect()
        for _ in range(rounds):
            visits = db.value("SELECT count(*) FROM visit")
            if is_held:
                tool.execute("BEGIN IMMEDIATE")
            try:
                visit.arrive(clinic)
            except Refused as err:
                refused += err.code == "kernel.database_busy"
            if is_held:
                tool.execute("ROLLBACK")
                visit.arrive(clinic)
            lost += db.value("SELECT count(*) FROM visit") != visits + 1
        tool.close()
        wrong = broken_numbers() or broken_invariant()
    return f"{rounds} times held, {refused} refused with a sentence, {lost} lost, {wrong or 'sound'}", (
        rounds - refused + lost + bool(wrong)
    )


def disk_errors(step: int, most: int, *, swallows: bool = False) -> Outcome:
    """Fault 12: the n-th read, write or sync of a registration fails; nothing half, nothing answered is lost.

    Its wrong twin says yes to a write that it drops.
    """
    rounds, bad, kinds = 0, Counter[str](), Counter[str]()
    with a_clinic() as home:
        for kind in ("read", "write", "sync"):
            for nth in range(0, most, step):
                with scratch_folder() as folder:
                    shutil.copytree(home, folder, dirs_exist_ok=True)
                    said, fired = _one_error(folder, kind, nth, swallows)
                rounds += 1
                kinds[kind] += fired
                if said:
                    bad[said] += 1
                if not fired:
                    break
    return f"{rounds} registrations, errors {dict(kinds)}, {dict(bad) or '0 bad'}", bad.total()


def _one_error(folder: Path, kind: str, nth: int, swallows: bool) -> tuple[str, bool]:
    """What was wrong ("" is fine), and whether the error came at all."""
    disk = failing_disk()
    answered = False
    try:
        with opened(folder, vfs=VFS_NAME) as clinic:
            before = db.value("SELECT count(*) FROM visit")
            disk.fail_at(kind, nth, swallows=swallows)
            try:
                visit.arrive(clinic)
                answered = True
            except Refused as err:
                if err.code not in ("kernel.disk_failed", "kernel.disk_full"):
                    return f"{kind} {nth}: {err.code}", True
            except (db.DamagedPage, apsw.IOError, DatabaseError):  # a page with an incident number
                if kind != "read":
                    return f"{kind} {nth}: no sentence", True
            finally:
                fired = disk.has_failed
                disk.mend()  # before the close, which reads and writes as well
    finally:
        disk.mend()
    try:
        with opened(folder):
            after = db.value("SELECT count(*) FROM visit")
            wrong = "; ".join(db.damaged_pages()) or broken_numbers() or broken_invariant()
    except (Refused, apsw.Error) as err:
        return f"{kind} {nth}: does not open again: {getattr(err, 'code', err)!s:.60}", fired
    if wrong or not before + answered <= after <= before + 1:
        return f"{kind} {nth}: {wrong or 'lost'}", fired
    return "", fired


def damaged_pages(damages: int, seed: int, *, looks: Callable[[Path], bool] | None = None) -> Outcome:
    """Fault 15: a sector of zeros, or two pages exchanged, in pages in use; bad is what `clinic check` takes for sound.

    Its wrong twin only opens the clinic.
    """
    chance, missed = random.Random(seed), []
    with scratch_folder() as home:
        pages, check = product_flips.leave_as_killed(home), looks or product_flips.Check()
        in_file = (home / opening.DATABASE).stat().st_size // PAGE
        usable = [page for page in pages if 2 <= page <= in_file]
        for number in range(damages):
            kind = ("zeroed", "exchanged")[number % 2]
            first, second = chance.sample(usable, 2)
            with scratch_folder() as folder:
                shutil.copytree(home, folder, dirs_exist_ok=True)
                path = folder / opening.DATABASE
                content = bytearray(path.read_bytes())
                one, two = slice((first - 1) * PAGE, first * PAGE), slice((second - 1) * PAGE, second * PAGE)
                if kind == "zeroed":
                    start = one.start + SECTOR * chance.randrange(PAGE // SECTOR)
                    content[start : start + SECTOR] = bytes(SECTOR)
                else:
                    content[one], content[two] = content[two], content[one]
                path.write_bytes(content)
                if check(folder) and not _is_unread(home, {first} if kind == "zeroed" else {first, second}):
                    missed.append(f"{kind} {first}")
    return f"{damages} damages, {len(missed)} missed {missed[:3]}", len(missed)


def _is_unread(home: Path, pages: set[int]) -> bool:
    """Whether newer copies of these pages are in the log: then nobody reads those of the file."""
    wal = (home / f"{opening.DATABASE}-wal").read_bytes()
    frames = range(32, len(wal) - 24, 24 + PAGE)
    return pages <= {int.from_bytes(wal[at : at + 4]) for at in frames}


def only_opens(folder: Path) -> bool:
    """The wrong twin of a check: it reads what an opening needs."""
    try:
        with opened(folder):
            return True
    except (Refused, apsw.Error):
        return False


def slow_disk(seconds: float, rounds: int) -> Outcome:
    """Fault 13: each sync takes long; each registration is answered in time, once. Its wrong twin is slower still."""
    disk, spent = failing_disk(), []
    with a_clinic() as folder, opened(folder, vfs=VFS_NAME) as clinic:
        before = db.value("SELECT count(*) FROM visit")
        disk.sync_seconds = seconds
        try:
            for _ in range(rounds):
                began = time.monotonic()
                visit.arrive(clinic)
                spent.append(time.monotonic() - began)
        finally:
            disk.mend()
        made = db.value("SELECT count(*) FROM visit") - before
    bad = sum(one > LONGEST_ANSWER for one in spent) + (made != rounds)
    return f"{rounds} registrations, {max(spent):.1f} s the slowest, {made} made", bad

