"""A throw-away SQLite file on which a list is checked against itself and against known codes."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

if TYPE_CHECKING:
    from sqlite_utils import Database

_DOUBLES = """
SELECT line, code, first FROM (SELECT line, code, min(line) OVER (PARTITION BY code) AS first FROM named)
WHERE line <> first ORDER BY line
"""
_UNKNOWN = """
SELECT r.line, r."column", r.code FROM reference AS r LEFT JOIN known AS k ON k.kind = r.kind AND k.code = r.code
WHERE k.code IS NULL ORDER BY r.line
"""


class Stage:
    def __init__(self, database: "Database"):
        self._database = database

    def doubles(self) -> Iterator[tuple[int, Refused]]:
        """Lines whose code stands on an earlier line too."""
        for line, code, first in self._database.execute(_DOUBLES):
            yield line, Refused("dictionaries.code_twice", field="code", value=excerpt(code), first=first)

    def unknown(self) -> Iterator[tuple[int, Refused]]:
        """References to a code that neither the file nor the clinic knows."""
        for line, column, code in self._database.execute(_UNKNOWN):
            yield line, Refused("dictionaries.unknown_code", field=column, column=column, value=excerpt(code))


@contextmanager
def staged(
    named: Iterable[dict[str, Any]], references: Iterable[dict[str, Any]], known: Iterable[dict[str, Any]]
) -> Iterator[Stage]:
    """Stage (line, code), (line, column, kind, code) and known (kind, code); the file goes when the block ends."""
    from sqlite_utils import Database  # costs 0.12 s; only an import needs it

    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        database = Database(Path(folder) / "stage.sqlite3")
        try:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database["named"].create({"line": int, "code": str})
            database["reference"].create({"line": int, "column": str, "kind": str, "code": str})
            database["known"].create({"kind": str, "code": str}, pk=("kind", "code"))
            database["named"].insert_all(named, batch_size=5000)
            database["reference"].insert_all(references, batch_size=5000)
            database["known"].insert_all(known, batch_size=5000, ignore=True)
            yield Stage(database)
        finally:
            database.close()
