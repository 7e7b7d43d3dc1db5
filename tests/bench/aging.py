"""A clinic that has been at work for years: one recorded visit multiplied by SQL, spread over days and patients.

As true as speed and plans need: sizes, keys, indexes and states are the product's own; the hashes of the chains and the
sums of the stock are not, and `clinic check` would name them.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import apsw

from clinic_app.kernel import access_log, clock, db, opening
from tests.bench import patients, rows
from tests.bench.client import Client
from tests.bench.clinics import cached, clinic, copy_of, open_clinic
from tests.bench.patients import patient
from tests.bench.script import read_script
from tests.bench.server import Server

BUSY, USUAL = 330, 100  # visits a day: 1.2 million in ten years, and what a clinic of this size sees
DAYS_A_YEAR = 365
DAY_MS = 86_400_000
AT_ONCE = 20_000
CACHE = -500_000


@dataclass(frozen=True, slots=True)
class Age:
    """How long a clinic has been at work, and how busy it is."""

    years: int
    per_day: int

    @property
    def visits(self) -> int:
        return self.years * DAYS_A_YEAR * self.per_day


def aged(count: int, age: Age, say: Callable[[str], None]) -> Path:
    """The cached folder of a clinic with `count` patients after so many years."""
    name = f"patients-{count}-years-{age.years}-of-{age.per_day}-a-day"
    return cached(name, lambda folder: _make(folder, count, age, say), say)


def record_rows(folder: Path) -> list[list[list[Any]]]:
    """The rows of one whole visit in this folder, after some others, so that shift, series and desks are there."""
    with Server(folder, "rows") as server:
        client = Client(server.port, folder, 0, read_script())
        for n in range(3):
            server.settle()
            server.ask("rows")
            outcome = client.visit(patient(n))
            if outcome.errors:
                raise RuntimeError(outcome.errors[0])
        client.close()
        server.settle()
        return list(server.ask("rows"))


def _make(folder: Path, count: int, age: Age, say: Callable[[str], None]) -> None:
    source = clinic(count, say)
    shutil.copytree(source, folder, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        recording = record_rows(copy_of(source, Path(scratch) / "clinic"))
    grow(folder, recording, count, age, say)


def grow(
    folder: Path, recording: list[list[list[Any]]], count: int, age: Age, say: Callable[[str], None] = lambda _: None
) -> None:
    """Give a furnished clinic its years: the recorded visit of a copy of it, again and again."""
    open_clinic(folder)
    try:
        _multiply(db.connection(), rows.recorded(recording), count, age, say)
    finally:
        opening.close_clinic()


def _multiply(
    conn: apsw.Connection, transactions: list[list[rows.Change]], count: int, age: Age, say: Callable[[str], None]
) -> None:
    copier = rows.Copier(rows.tables(conn), transactions)
    own = copier.last_states(transactions)
    total = age.visits
    triggers = [sql for (sql,) in conn.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    shift = _shift_of(own)
    conn.pragma("foreign_keys", 0)
    conn.pragma("cache_size", CACHE)
    with db.write_transaction():
        for name in names:
            conn.execute(f'DROP TRIGGER "{name}"')
        _add_shifts(conn, shift, age)
    for start in range(0, total, AT_ONCE):
        with db.write_transaction():
            for table, row in own:
                values = ", ".join(_column(copier, table, row, at, age, count, shift) for at in range(len(row)))
                conn.execute(
                    "WITH RECURSIVE visits(n) AS (SELECT :start UNION ALL SELECT n + 1 FROM visits WHERE n + 1 < :end)"
                    f" INSERT INTO {table} SELECT {values} FROM visits",
                    {"start": start + 1, "end": min(start + AT_ONCE, total) + 1},
                )
        db.checkpoint()
        say(f"  {min(start + AT_ONCE, total):,} of {total:,} visits")
    with db.write_transaction():
        for sql in triggers:
            conn.execute(sql)
    conn.pragma("foreign_keys", 1)


def _column(
    copier: rows.Copier, table: str, row: rows.Row, at: int, age: Age, count: int, shift: bytes
) -> str:
    """The SQL expression of one column of the n-th copy."""
    value, name = row[at], copier.shapes[table].columns[at]
    days_ago = f"(({age.visits} - n) / {age.per_day} + 1)"
    of_its_own = {
        "queue_no": f"n % {age.per_day} + 1",
        "bucket": f"{value} - {days_ago} * {DAY_MS // access_log.BUCKET_MS}",
    }
    if name in of_its_own or value is None:
        return of_its_own.get(name, "NULL")
    if at in copier.shapes[table].integers or at in copier.renumbered(table, row):
        return f"{value} + n * {rows.STRIDE}" if isinstance(value, int) else f"{_literal(value)} || '.' || n"
    if isinstance(value, int):
        is_instant = name.endswith("_at") or name in ("at", "wall")
        return f"{value} - {days_ago} * {DAY_MS}" if is_instant else str(value)
    if isinstance(value, bytes):
        if value == shift:
            return f"unhex('{shift[:8].hex()}' || printf('%08x', {days_ago}) || '{shift[12:].hex()}')"
        if name == "patient_id" or (table, name) == ("patient", "id"):
            who = f"((n * 7919) % {count})"
            return f"unhex(printf('%012x70008000%012x', {patients.REGISTERED_MS} + {who}, {who}))"
        if value in copier.made:
            return f"unhex('{value[:8].hex()}' || printf('%08x', n) || '{value[12:].hex()}')"
        return f"x'{value.hex()}'"
    if name.endswith("_on"):
        return f"date({_literal(value)}, '-' || {days_ago} || ' days')"
    return _literal(value)


def _shift_of(own: list[tuple[str, rows.Row]]) -> bytes:
    """The open shift that the recorded bill belongs to: column shift_id of bill."""
    bill = next(row for table, row in own if table == "bill")
    return bytes(bill[9])


def _add_shifts(conn: apsw.Connection, shift: bytes, age: Age) -> None:
    """A closed shift for every day, as the copies of the bill name them."""
    cashier, desk = conn.execute("SELECT id, NULL FROM person LIMIT 1").fetchone()
    last = clock.today() - timedelta(days=1)
    conn.executemany(
        "INSERT INTO shift(id, cashier_id, desk_id, opened_at, closed_at, cash_fen, noncash_fen,"
        " drawer_fen, counted_fen) VALUES(?, ?, ?, ?, ?, 0, 0, 0, 0)",
        (
            (shift[:8] + day.to_bytes(4, "big") + shift[12:], cashier, desk, at, at + 8 * 3_600_000)
            for day in range(age.years * DAYS_A_YEAR + 2)
            for at in (clock.from_local(datetime.combine(last - timedelta(days=day), time(8))),)
        ),
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

