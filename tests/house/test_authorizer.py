"""One visit under an SQLite authorizer: each subject touches its own tables, reads what it declared, nothing else."""

import re
import sys
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from clinic_app import registry
from clinic_app.kernel import db, opening
from tests.conftest import Clinic, config_of
from tests.house.test_tables import CREATED, REFERENCED, owners
from tests.visit import one_visit

READ, WRITES = (
    apsw.SQLITE_READ,
    {apsw.SQLITE_INSERT: "insert", apsw.SQLITE_UPDATE: "update", apsw.SQLITE_DELETE: "delete"},
)


def referenced_by(subject: str) -> set[str]:
    """Tables that the subject's foreign keys name: SQLite looks up their keys on its own."""
    own = [step.sql for step in registry.migration_steps() if step.subject == subject]
    return {table for sql in own for table in REFERENCED.findall(sql)}


def referring_to(subject: str) -> set[str]:
    """Tables whose foreign keys name the subject's: SQLite looks there when a key is touched."""
    mine = {table for table, owner in owners().items() if owner == subject}
    made = [text for step in registry.migration_steps() for text in re.split(r"(?=CREATE TABLE)", step.sql)]
    return {name for text in made for name in CREATED.findall(text)[:1] if mine & set(REFERENCED.findall(text))}


class Watch:
    """Decides each access by the innermost frame of a subject when SQL is prepared."""

    def __init__(self, modules: list[Any]):
        self.owner = owners()
        self.reads = {
            module.name: set(module.reads) | referenced_by(module.name) | referring_to(module.name)
            for module in modules
        }
        self.found: set[str] = set()
        self.seen: set[tuple[str, str]] = set()

    def __call__(
        self, action: int, table: str | None, _column: str | None, _database: str | None, trigger: str | None
    ) -> int:
        if (action == READ or action in WRITES) and table in self.owner and trigger is None:
            subject, layer = _who_prepares()
            owner = self.owner[table]
            if subject:
                self.seen.add((subject, table))
                self._judge(subject, layer, owner, table, action)
        return apsw.SQLITE_OK

    def _judge(self, subject: str, layer: str, owner: str, table: str, action: int) -> None:
        if action in WRITES and owner != subject and owner != "kernel":
            self.found.add(f"{subject} {WRITES[action]}s {table} of {owner}")
        elif action in WRITES and owner == subject and layer not in ("services", "importing", "starter"):
            self.found.add(f"{subject}.{layer} {WRITES[action]}s {table}")
        elif action == READ and owner not in (subject, "kernel") and table not in self.reads[subject]:
            self.found.add(f"{subject} reads {table} of {owner} without declaring it")


def _who_prepares() -> tuple[str, str]:
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("clinic_app.modules."):
            parts = name.split(".")
            return parts[2], parts[3] if len(parts) > 3 else ""
        frame = frame.f_back  # type: ignore[assignment]
    return "", ""


@pytest.fixture
def watched(folder: Any) -> Iterator[tuple[Clinic, Watch]]:
    config = config_of(folder)
    modules = registry.wire(config)
    opening.open_clinic(folder, registry.migration_steps(), statement_cache=0)
    watch = Watch(modules)
    db.connection().authorizer = watch
    yield Clinic(folder, config, modules), watch
    db.close_database()


def test_a_whole_visit_stays_within_the_subjects_bounds(watched: tuple[Clinic, Watch]) -> None:
    clinic, watch = watched
    one_visit(clinic)
    assert watch.found == set()
    assert {subject for subject, _table in watch.seen} >= {
        "patients",
        "visits",
        "consultation",
        "charging",
        "stock",
        "pharmacy",
    }


def test_the_watch_sees_a_foreign_write(watched: tuple[Clinic, Watch]) -> None:
    """Negative control: a frame that looks like a subject and writes another's table is named."""
    _clinic, watch = watched
    namespace = {"__name__": "clinic_app.modules.visits.services"}
    exec('def reach(conn):\n    conn.execute("UPDATE patient SET name = name WHERE 0")', namespace)
    with db.write_transaction() as conn:
        namespace["reach"](conn)  # type: ignore[operator]
    assert "visits updates patient of patients" in watch.found
