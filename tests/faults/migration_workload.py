"""A newer program opens a clinic that has been at work, for the power-cut recorder; the judge of what a cut leaves.

The schema is the former program's or the newer one's, never between; either program opens what it can, and no row of
the clinic's work is touched.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from clinic_app import registry
from clinic_app.kernel import db, opening, schema
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.faults.product_workload import broken_invariant
from tests.faults.recorder import VFS_NAME, Tape, recording

MIGRATED = "the newer program is ready"
ROWS = 300
CACHE_PAGES = 40  # a few: then long transactions write to the log before they commit
# What migrations are made of: a new column that is filled, a table made anew from an old one, an index, much data.
NEWER = (
    schema.Step("later", "0001_waited", "ALTER TABLE visit ADD COLUMN waited INTEGER; UPDATE visit SET waited = 5;"),
    schema.Step(
        "later", "0002_visit_mark",
        "CREATE TABLE mark_first(visit_id BLOB PRIMARY KEY, queue_no INTEGER NOT NULL) WITHOUT ROWID;"
        "INSERT INTO mark_first SELECT id, queue_no FROM visit;"
        "CREATE TABLE visit_mark(visit_id BLOB PRIMARY KEY, queue_no INTEGER NOT NULL, mark TEXT) WITHOUT ROWID;"
        "INSERT INTO visit_mark SELECT visit_id, queue_no, 'x' FROM mark_first;"
        "DROP TABLE mark_first;",
    ),
    schema.Step(
        "later", "0003_long_list",
        "CREATE TABLE long_list(number INTEGER PRIMARY KEY, text TEXT NOT NULL);"
        f"WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < {ROWS})"
        " INSERT INTO long_list SELECT number, hex(randomblob(1500)) FROM n;"
        "CREATE INDEX long_list_text ON long_list(substr(text, 1, 8));",
    ),
)  # fmt: skip
WORK = ("visit", "bill", "bill_line", "prescription_line", "stock_move", "audit", "outbox", "once")


def make(home: Path) -> bytes:
    """A small clinic of the former program with some visits, closed; the seed of its keys."""
    seed = small_clinic.make(home)
    config = config_of(home)
    clinic = Clinic(home, config, registry.wire(config))
    opening.open_clinic(home, registry.migration_steps())
    for _number in range(3):
        arrived = visit.arrive(clinic)
        visit.consult(clinic, arrived["visit_id"], small_clinic.DRUGS)
        visit.pay(clinic, arrived["visit_id"])
    opening.close_clinic()
    return seed


def tape_of(home: Path, folder: Path, *, disk_lies: bool = False) -> Tape:
    """The newer program opens a copy of the clinic; acknowledged when it is ready to serve."""
    shutil.copytree(home, folder, dirs_exist_ok=True)
    registry.wire(config_of(folder))
    pragmas = tuple({**dict(db.PRAGMAS), "cache_size": CACHE_PAGES}.items())
    with recording(folder, disk_lies=disk_lies) as tape, patch.object(db, "PRAGMAS", pragmas):
        opening.open_clinic(folder, [*registry.migration_steps(), *NEWER], vfs=VFS_NAME)
        tape.acknowledge(MIGRATED)
        opening.close_clinic()
    return tape


def step_by_step(steps: Sequence[schema.Step]) -> list[schema.Step]:
    """The wrong twin of `schema.migrate`: a transaction for every statement."""
    done = {(subject, name) for subject, name, _sum in db.rows("SELECT * FROM migration")}
    missing = [step for step in steps if (step.subject, step.name) not in done]
    for step in missing:
        done_sql = f"INSERT INTO migration VALUES('{step.subject}', '{step.name}', '{step.checksum}')"
        for sql in (*step.sql.split(";"), done_sql):
            with db.write_transaction() as conn:
                conn.execute(sql)
    return missing


class Judge:
    """The judge of `replay` for a clinic migrated from `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        registry.wire(config_of(home))
        self.former = registry.migration_steps()
        self.newer = [*self.former, *NEWER]
        opening.open_clinic(home, self.former)
        self.work, self.former_schema = work_there(), schema_there()
        db.close_database()
        self.newer_schema = ""

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        shutil.copytree(self.home / opening.KEYS, folder / opening.KEYS, dirs_exist_ok=True)
        try:
            return self._between(folder, bool(acknowledged)) or self._opened_by_the_newer(folder)
        except Exception as err:  # whatever keeps a program from opening is a verdict
            return f"CORRUPT: {err!r}"
        finally:
            db.close_database()

    def _between(self, folder: Path, is_answered: bool) -> str:
        """What is there before any program changes it; the former program opens what the newer one has not begun."""
        opening.open_clinic(folder, self.newer, owned=False)
        applied = db.value("SELECT count(*) FROM migration WHERE subject = 'later'")
        found = schema_there()
        db.close_database()
        if 0 < applied < len(NEWER) or (found == self.former_schema) is (applied > 0):
            return f"BETWEEN: {applied} of {len(NEWER)} steps"
        if applied == 0 and is_answered:
            return "LOST: the newer program was ready"
        if applied == 0:
            opening.open_clinic(folder, self.former)
            if work_there() != self.work:
                return "CHANGED: rows of the former program"
            db.close_database()
        return ""

    def _opened_by_the_newer(self, folder: Path) -> str:
        opening.open_clinic(folder, self.newer)
        self.newer_schema = self.newer_schema or schema_there()
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        counts = db.rows(
            "SELECT (SELECT count(*) FROM visit WHERE waited = 5), (SELECT count(*) FROM visit_mark),"
            " (SELECT count(*) FROM long_list)"
        )
        visits = db.value("SELECT count(*) FROM visit")
        if schema_there() != self.newer_schema or counts != [(visits, visits, ROWS)]:
            return f"BETWEEN: a newer schema with rows {counts}"
        if work_there() != self.work:
            return "CHANGED: rows of the clinic's work"
        return broken_invariant()


def schema_there() -> str:
    """Of the open database, as one short text."""
    return hashlib.sha256(repr(db.rows("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")).encode()).hexdigest()


def work_there() -> tuple[object, ...]:
    """What the clinic did, by tables that only grow."""
    return tuple(db.value(f"SELECT count(*) FROM {table}") for table in WORK)
