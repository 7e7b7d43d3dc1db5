"""A read whose answers are kept names every table it reads, and each of those counts its changes."""

from datetime import date
from typing import Any

import apsw

from clinic_app.kernel import db, kept
from tests.conftest import Clinic

VERBS = ("INSERT", "UPDATE", "DELETE")
# Arguments by name of the parameter; what is found does not matter, only which tables are looked at.
GIVEN = {
    "code": "x",
    "drug_id": b"x" * 16,
    "service_id": b"x" * 16,
    "diagnosis_id": b"x" * 16,
    "item_id": b"x" * 16,
    "person_id": b"x" * 16,
}


def test_every_kept_table_counts_its_changes(clinic: Clinic) -> None:
    found = " ".join(sql for (sql,) in db.rows("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
    tables = {table for read in kept.reads for table in read.tables}  # type: ignore[attr-defined]
    wanted = [f"AFTER {verb} ON {table} BEGIN UPDATE list_version SET n = n + 1;" for table in tables for verb in VERBS]
    assert len(tables) > 8 and [text for text in wanted if text not in found] == []


def test_a_kept_read_reads_only_what_it_names(clinic: Clinic) -> None:
    assert len(kept.reads) > 10
    wrong = {read.__qualname__: _tables_of(read) for read in kept.reads if _tables_of(read) != set(read.tables)}  # type: ignore[attr-defined]
    assert wrong == {}


def _tables_of(read: Any) -> set[str]:
    """The tables that the read looks at, as SQLite tells when it prepares the statements."""
    seen: set[str] = set()

    def watch(action: int, table: str | None, *_: object) -> int:
        if action == apsw.SQLITE_READ and table:
            seen.add(table)
        return apsw.SQLITE_OK

    asked = read.__wrapped__
    names = asked.__code__.co_varnames[: asked.__code__.co_argcount]
    connection = db.connection()
    connection.authorizer = watch
    try:
        asked(*(date(2026, 3, 6) if name == "day" else GIVEN[name] for name in names))
    finally:
        connection.authorizer = None
    return seen
