"""A tiny ledger straight on the driver and its cipher: the workload that shows the power-cut tool itself is right.

Each transaction writes a voucher, its two entries, a stock move, a chained audit row and an outbox row.
"""

import hashlib
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import apsw

from clinic_app.kernel.wal_check import wal_damage_beside
from tests.faults.bit_flips import pages_in_use
from tests.faults.recorder import VFS_NAME, Tape
from tests.faults.replay import scratch_folder

DATABASE = "ledger.sqlite3"
KEY = bytes(range(32))
DRUGS, FIRST_QUANTITY = 20, 1000
GENESIS = bytes(32)

SCHEMA = """
CREATE TABLE voucher(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
CREATE TABLE entry(voucher INTEGER NOT NULL REFERENCES voucher(id), account TEXT NOT NULL, amount INTEGER NOT NULL);
CREATE TABLE stock(drug INTEGER PRIMARY KEY, quantity INTEGER NOT NULL CHECK(quantity >= 0));
CREATE TABLE move(voucher INTEGER NOT NULL, drug INTEGER NOT NULL, quantity INTEGER NOT NULL);
CREATE TABLE audit(seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE outbox(voucher INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE INDEX entry_account ON entry(account, voucher);
"""


class Setting(NamedTuple):
    """How the ledger asks for durability, and whether the disk keeps its word."""

    journal: str
    synchronous: str
    disk_lies: bool = False

    def __str__(self) -> str:
        return f"{self.journal}/{self.synchronous}{' on a lying disk' if self.disk_lies else ''}"


GOOD = Setting("WAL", "FULL")
# Each of these must be found out, or the tool proves nothing.
WRONG = (
    Setting("WAL", "NORMAL"),
    Setting("WAL", "OFF"),
    Setting("DELETE", "FULL"),
    Setting("WAL", "FULL", disk_lies=True),
)


def connect(database: Path, *, key: bytes | None = KEY, vfs: str | None = None) -> apsw.Connection:
    """A connection through the cipher; `vfs` names the VFS below it; without `key` a plain one."""
    if key is None:
        return apsw.Connection(str(database), vfs=vfs)
    connection = apsw.Connection(str(database), vfs=f"multipleciphers-{vfs}" if vfs else None)
    connection.execute("PRAGMA cipher = 'chacha20'")
    connection.execute(f"PRAGMA key = 'raw:{key.hex()}'")
    return connection


def work(tape: Tape, setting: Setting, *, vouchers: int, seed: int) -> None:
    """Create the ledger in the tape's folder, post `vouchers`, acknowledge each after its COMMIT; 0 is the schema."""
    rnd = random.Random(seed)
    connection = connect(tape.folder / DATABASE, vfs=VFS_NAME)
    connection.pragma("journal_mode", setting.journal)
    connection.pragma("synchronous", setting.synchronous)
    connection.pragma("wal_autocheckpoint", 40)
    # A cache of ten pages makes the long transactions write to the log before they commit.
    connection.pragma("cache_size", 10)
    connection.execute("BEGIN")
    _open_books(connection)
    connection.execute("COMMIT")
    tape.acknowledge(0)
    previous = GENESIS
    for number in range(1, vouchers + 1):
        padding = "x" * (rnd.randrange(30_000, 60_000) if rnd.random() < 0.03 else rnd.randrange(1500))
        line = (rnd.randrange(1, 9999), rnd.randrange(DRUGS), rnd.randrange(1, 5), padding)
        if rnd.random() < 0.1:
            _post(connection, number, line, previous)
            connection.execute("ROLLBACK")
        digest = _post(connection, number, line, previous)
        connection.execute("COMMIT")
        tape.acknowledge(number)
        previous = digest
        if setting.journal == "WAL" and number % 37 == 0:
            connection.pragma("wal_checkpoint", "TRUNCATE")
    connection.close()


def _open_books(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
    connection.executemany("INSERT INTO stock VALUES(?, ?)", [(drug, FIRST_QUANTITY) for drug in range(DRUGS)])


def _post(connection: apsw.Connection, number: int, line: tuple[int, int, int, str], previous: bytes) -> bytes:
    amount, drug, quantity, padding = line
    body = f"{number}:{amount}:{drug}:{quantity}:{padding}"
    digest = hashlib.sha256(previous + body.encode()).digest()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO voucher VALUES(?, ?)", (number, amount))
    connection.execute("INSERT INTO entry VALUES(?, 'cash', ?), (?, 'income', ?)", (number, amount, number, -amount))
    connection.execute("UPDATE stock SET quantity = quantity - ? WHERE drug = ?", (quantity, drug))
    connection.execute("INSERT INTO move VALUES(?, ?, ?)", (number, drug, quantity))
    connection.execute("INSERT INTO audit VALUES(?, ?, ?)", (number, body, digest))
    connection.execute("INSERT INTO outbox VALUES(?, 'queued')", (number,))
    return digest


def judge(folder: Path, acknowledged: Sequence[object]) -> str:
    """The judge of `replay` for a ledger: "" or what is broken after the cut."""
    damage = wal_damage_beside(folder / DATABASE)
    if not (folder / DATABASE).exists():
        return "LOST: no database" if acknowledged else ""
    connection = connect(folder / DATABASE)
    try:
        verdict = _verdict(connection, acknowledged)
    except apsw.Error as error:
        kind = "LOST" if "no such table" in str(error) else "CORRUPT"
        verdict = f"{kind}: {error}" if acknowledged or kind == "CORRUPT" else ""
    finally:
        connection.close()
    # A log that a power cut left in order must not be called damaged.
    return verdict or (f"ALARM: the books are whole but {damage}" if damage else "")


def _verdict(connection: apsw.Connection, acknowledged: Sequence[object]) -> str:
    if (found := connection.execute("PRAGMA integrity_check").get) != "ok":
        return f"CORRUPT: {found[:60]}"
    last, count = connection.execute("SELECT coalesce(max(id), 0), count(*) FROM voucher").get
    return _broken_promise(last, count, acknowledged) or _broken_books(connection, count)


def _broken_promise(last: int, count: int, acknowledged: Sequence[object]) -> str:
    if last != count:
        return "HOLE: the vouchers are not a prefix"
    promised = acknowledged[-1] if acknowledged else 0
    if last < promised:
        return f"LOST: acknowledged {promised}, found {last}"
    if last > promised + 1:
        return f"GHOST: acknowledged {promised}, found {last}"
    return ""


def _broken_books(connection: apsw.Connection, count: int) -> str:
    def one(sql: str) -> int:
        return connection.execute(sql).get

    if one("SELECT coalesce(sum(amount), 0) FROM entry"):
        return "MONEY: the entries do not balance"
    rows = (one("SELECT count(*) FROM entry"), one("SELECT count(*) FROM audit"), one("SELECT count(*) FROM outbox"))
    if rows != (2 * count, count, count):
        return f"TORN: {count} vouchers, entries, audit and outbox rows {rows}"
    moved = one("SELECT coalesce(sum(quantity), 0) FROM move")
    if one("SELECT coalesce(sum(quantity), 0) FROM stock") + moved != DRUGS * FIRST_QUANTITY:
        return "STOCK: stock is not the sum of its moves"
    previous = GENESIS
    for body, digest in connection.execute("SELECT body, hash FROM audit ORDER BY seq"):
        if hashlib.sha256(previous + body.encode()).digest() != digest:
            return "CHAIN: the audit chain does not hold"
        previous = digest
    return ""


def opened_ok(folder: Path) -> bool:
    """True when the log is sound and every page in use reads: the check that `bit_flips` puts to the test."""
    return wal_damage_beside(folder / DATABASE) is None and every_page_reads(folder)


def every_page_reads(folder: Path, *, key: bytes | None = KEY) -> bool:
    """`integrity_check` alone; under the cipher it authenticates every page in use, free pages not."""
    connection = connect(folder / DATABASE, key=key)
    try:
        return connection.execute("PRAGMA integrity_check").get == "ok"
    except apsw.Error:
        return False
    finally:
        connection.close()


def leave_as_killed(folder: Path, *, key: bytes | None = KEY) -> list[int]:
    """Fill `folder` with the files of a ledger killed with a log in use; returns the numbers of the pages in use."""
    with scratch_folder() as live:
        connection = connect(live / DATABASE, key=key)
        connection.pragma("journal_mode", "WAL")
        connection.pragma("wal_autocheckpoint", 0)
        _open_books(connection)
        previous = GENESIS
        for number in range(1, 101):
            previous = _post(connection, number, (number, number % DRUGS, 1, "x" * 1500), previous)
            connection.execute("COMMIT")
            if number == 80:
                connection.pragma("wal_checkpoint", "TRUNCATE")
        connection.execute("DELETE FROM audit WHERE seq BETWEEN 10 AND 40")
        shutil.copytree(live, folder, dirs_exist_ok=True)
        pages = pages_in_use(connection)
        connection.close()
    return pages
