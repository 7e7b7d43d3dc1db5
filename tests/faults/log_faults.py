"""Faults of the write-ahead log: damage in its middle, and a reader that keeps it from being begun anew.

Each act returns what was done and how many times something was bad, and has a wrong twin that must be found out.
"""

import random
import shutil
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from clinic_app import registry
from clinic_app.kernel import audit, db, maintenance, opening
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.maintenance import Maintenance
from tests.conftest import config_of
from tests.faults import product_flips
from tests.faults.pc_faults import SECTOR, Outcome, a_clinic, opened
from tests.faults.replay import scratch_folder

HEADER, FRAME = 32, 24 + 4096
MIB = 1 << 20
NEVER_ENDS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n, audit"
KINDS = ("flipped", "zeroed", "exchanged", "cut off", "cut out")


def damaged_log(damages: int, seed: int, *, is_looked_at: bool = True) -> Outcome:
    """Fault 16: committed frames flipped, zeroed, exchanged, cut off, cut out.

    Bad is a start that opens it, or changes anything, or does not name the place; and a copy to look things up in that
    is not the transactions before the damage, whole. The wrong twin does not look at the log.
    """
    chance, kinds, bad = random.Random(seed), Counter[str](), Counter[str]()
    with scratch_folder() as home, ExitStack() as wrong:
        product_flips.leave_as_killed(home)
        if not is_looked_at:
            wrong.enter_context(patch.object(opening, "refuse_damaged_log", lambda _folder: None))
        whole = (home / f"{opening.DATABASE}-wal").read_bytes()
        hashes = _hashes(home)
        for number in range(damages):
            kind = KINDS[number % len(KINDS)]
            kinds[kind] += 1
            with scratch_folder() as folder:
                shutil.copytree(home, folder, dirs_exist_ok=True)
                (folder / f"{opening.DATABASE}-wal").write_bytes(_damaged(whole, kind, chance))
                if said := _refused(folder) or _prefix_kept(folder, hashes):
                    bad[f"{kind}: {said}"] += 1
    return f"{damages} damages {dict(kinds)}, {dict(bad) or '0 bad'}", bad.total()


def _damaged(log: bytes, kind: str, chance: random.Random) -> bytes:
    content = bytearray(log)
    frames = (len(log) - HEADER) // FRAME
    at = HEADER + chance.randrange(frames) * FRAME
    if kind == "flipped":
        content[at + chance.randrange(FRAME)] ^= 1 << chance.randrange(8)
    elif kind == "zeroed":
        start = at + SECTOR * chance.randrange(FRAME // SECTOR)
        content[start : start + SECTOR] = bytes(SECTOR)
    elif kind == "exchanged":
        other = HEADER + ((at - HEADER) // FRAME + 1 + chance.randrange(frames - 1)) % frames * FRAME
        content[at : at + FRAME], content[other : other + FRAME] = log[other : other + FRAME], log[at : at + FRAME]
    elif kind == "cut off":
        del content[at + chance.randrange(FRAME) :]
    else:
        del content[at : at + FRAME]
    return bytes(content)


def _hashes(folder: Path) -> list[bytes]:
    """Of the audit trail, from the first row on; read in a copy."""
    with scratch_folder() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        with opened(copy):
            return [bytes(found) for (found,) in db.rows("SELECT hash FROM audit ORDER BY seq")]


def _refused(folder: Path) -> str:
    """"" when the start says no, names the place in the log and leaves every file as it was."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    try:
        with opened(folder):
            return "opened"
    except Refused as err:
        if err.code != "clinic.wal_damaged" or "log" not in str(err.facts["where"]):
            return f"not named: {err.code}"
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return "" if before == after else "changed"


def _prefix_kept(folder: Path, hashes: list[bytes]) -> str:
    """"" when a copy to look things up in holds a whole number of the transactions before the damage."""
    for name in (f"{opening.DATABASE}-shm",):  # a readable copy takes the database and the log alone
        (folder / name).unlink(missing_ok=True)
    registry.wire(config_of(folder))
    try:
        opening.open_clinic(folder, registry.migration_steps(), reads_what_is_left=True)
        found = [bytes(one) for (one,) in db.rows("SELECT hash FROM audit ORDER BY seq")]
        if found != hashes[: len(found)] or audit.broken_links():
            return "no prefix"
        return "; ".join(db.damaged_pages())
    except Refused as err:
        return f"not readable: {err.code}"
    finally:
        db.close_database()


def stuck_reader(mib_a_second: int, seed: int, *, is_ended: bool = True) -> Outcome:
    """Fault 10: a request reads for ever while the others write; the alarm is given, it is ended, the log stays short.

    Bad is a log of twice the alarm, a reader that goes on, no alarm. Its wrong twin ends nobody.
    """
    most, limit = 0, 2 * maintenance.ALARM_BYTES
    told, over, alarms = threading.Event(), threading.Event(), []

    def read() -> None:
        db.begin_work()
        try:
            db.value(NEVER_ENDS)
        except db.Interrupted:
            told.set()
        finally:
            db.end_work()
            over.set()

    with a_clinic() as folder, opened(folder), ExitStack() as stack:
        if not is_ended:
            stack.enter_context(patch.object(db, "end_readers", lambda _seconds: 0))
        warning = lambda *given: alarms.append(given)  # noqa: E731
        stack.enter_context(patch.object(maintenance.log, "warning", warning))
        keeper, reader = Maintenance(checks_pages=False), threading.Thread(target=read)
        with db.write_transaction() as conn:
            conn.execute("CREATE TABLE large(id INTEGER PRIMARY KEY, content BLOB)")
        reader.start()
        keeper.start()
        piece = max(4096, mib_a_second * MIB // 20)
        while most < limit and not (told.is_set() and db.wal_bytes() < maintenance.ALARM_BYTES):
            with db.write_transaction() as conn:
                conn.execute("INSERT OR REPLACE INTO large VALUES(1, randomblob(?))", (piece,))
            most = max(most, db.wal_bytes())
            time.sleep(0.05)
        keeper.stop(10)
        if not over.is_set():
            db._connection_of[reader.ident or 0].interrupt()
        reader.join(10)
    bad = (most >= limit) + (not told.is_set()) + (not alarms) if is_ended else int(most >= limit)
    said = f"the log at most {most / MIB:.1f} MiB of {limit / MIB:.0f}, {len(alarms)} alarms, ended: {told.is_set()}"
    return said, bad
