"""While a long import writes a list, nobody else does."""

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused


def refuse_while_imported(kind: str) -> None:
    """Refused `dictionaries.import_under_way` while a long import of the list is being written."""
    if db.value("SELECT 1 FROM import_open WHERE kind = ?", (kind,)):
        raise Refused("dictionaries.import_under_way")
