"""A sheet by its id, or the sentence that there is none."""

from clinic_app.kernel.errors import Missing
from clinic_app.modules.pharmacy import queries
from clinic_app.modules.pharmacy.queries import Sheet

SCREEN = "pharmacy.sheet"


def found_sheet(prescription_id: bytes) -> Sheet:
    """The sheet; Missing `pharmacy.missing`."""
    found = queries.sheet(prescription_id)
    if found is None:
        raise Missing("pharmacy.missing", next_url="/pharmacy")
    return found
