"""Every table has one owner; the schema of all steps is the schema of a fresh clinic; references point backwards."""

import importlib
import re

import peewee

from clinic_app import registry
from clinic_app.kernel import db
from tests.conftest import Clinic
from tests.house.source import ROOT

CREATED = re.compile(r"CREATE (?:VIRTUAL )?TABLE(?: IF NOT EXISTS)?\s+\"?(\w+)\"?", re.IGNORECASE)
FULL_TEXT = re.compile(r"CREATE VIRTUAL TABLE (\w+) USING fts5", re.IGNORECASE)
SHADOWS = ("data", "idx", "docsize", "config")  # what SQLite keeps for a contentless full-text table
REFERENCED = re.compile(r"REFERENCES\s+\"?(\w+)\"?", re.IGNORECASE)


def owners() -> dict[str, str]:
    """Table name to the subject whose migrations make it."""
    found: dict[str, str] = {"migration": "kernel"}
    for step in registry.migration_steps():
        for table in CREATED.findall(step.sql):
            assert found.setdefault(table, step.subject) == step.subject, f"{table} is made by two subjects"
        for table in FULL_TEXT.findall(step.sql):
            found |= {f"{table}_{part}": step.subject for part in SHADOWS}
    return found


def test_every_table_has_one_owner(clinic: Clinic) -> None:
    tables = {
        name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    }
    assert tables == set(owners())


def test_references_point_to_subjects_before() -> None:
    order = ["kernel", *registry.MODULES]
    owner = owners()
    backwards = [
        f"{step.subject} references {table} of {owner[table]}"
        for step in registry.migration_steps()
        for table in REFERENCED.findall(step.sql)
        if order.index(owner[table]) > order.index(step.subject)
    ]
    assert backwards == []


def test_declared_reads_are_tables_of_subjects_before(clinic: Clinic) -> None:
    order = ["kernel", *registry.MODULES]
    owner = owners()
    wrong = [
        f"{module.name} reads {table}"
        for module in clinic.modules
        for table in module.reads
        if table not in owner or order.index(owner[table]) >= order.index(module.name)
    ]
    assert wrong == []


def test_table_names_are_singular(clinic: Clinic) -> None:
    assert [
        table
        for table in owners()
        if table.endswith("s") and table not in ("once", "series", "visit_diagnosis", "diagnosis", "substance_class")
    ] == []


def test_ledgers_refuse_update_and_delete(clinic: Clinic) -> None:
    """M3: rows of money, stock, audit and events are never edited, not even by our own mistake."""
    for table in ("audit", "outbox", "bill", "bill_line", "payment", "voucher", "ledger_entry", "stock_move"):
        found = db.rows("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,))
        text = " ".join(sql for (sql,) in found).upper()
        assert "BEFORE UPDATE" in text and "BEFORE DELETE" in text and "RAISE(ABORT" in text.replace(" (", "("), table


def test_every_model_names_real_columns(clinic: Clinic) -> None:
    wrong = [
        f"{model.__name__}: {sorted(missing)}"
        for model in _models()
        if (missing := {field.column_name for field in model._meta.sorted_fields} - _columns(model._meta.table_name))
    ]
    assert wrong == []


def _models() -> list[type[peewee.Model]]:
    """Every model that stands for a table; a shared base has no name of its own."""
    found = []
    for name in registry.MODULES:
        room = ROOT / "clinic_app" / "modules" / name
        if not (room / "models.py").exists() and not (room / "models").exists():
            continue
        for model in vars(importlib.import_module(f"clinic_app.modules.{name}.models")).values():
            is_model = isinstance(model, type) and issubclass(model, peewee.Model) and model is not peewee.Model
            if is_model and not model.__subclasses__():
                found.append(model)
    return found


def _columns(table: str) -> set[str]:
    columns = {row[1] for row in db.rows("SELECT * FROM pragma_table_info(?)", (table,))}
    return columns | {"id"}  # peewee names the row id so
