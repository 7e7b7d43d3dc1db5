"""Long imports that were decided and are not written to their end (未写完的导入)."""

from clinic_app.kernel import db

_OPEN = "SELECT run_id, kind, source, person_id, file FROM import_open ORDER BY run_id"


def open_imports() -> list[tuple[bytes, str, str, bytes, bytes]]:
    """(run, list, name of the file, who brought it in, packed file), the oldest first."""
    return db.rows(_OPEN)


def is_open(run_id: bytes) -> bool:
    """Whether an import is still to be written to its end."""
    return bool(db.value("SELECT 1 FROM import_open WHERE run_id = ?", (run_id,)))
