"""A sheet by its id, or the sentence that there is none; whether its patient may be shown."""

from clinic_app.kernel.errors import Missing
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.pharmacy import queries
from clinic_app.modules.pharmacy.queries import Sheet
from clinic_app.web.access import actor, open_chart

SCREEN = "pharmacy.sheet"


def found_sheet(prescription_id: bytes) -> Sheet:
    """The sheet; Missing `pharmacy.missing`."""
    found = queries.sheet(prescription_id)
    if found is None:
        raise Missing("pharmacy.missing", next_url="/pharmacy")
    return found


def open_sheet_chart(found: Sheet) -> None:
    """Log the reading before the sheet is shown: who hands out takes part in the care.

    Refused `patients.chart_closed` for others when it is another doctor's of another day, and for all when the record
    is restricted and nothing of the sheet waits.
    """
    me = actor()
    if not me.may("pharmacy.dispense"):
        consultation.refuse_closed(me, found.patient_id, found.doctor_id, found.signed_on)
    open_chart(found.patient_id, SCREEN, asks=not found.is_open and found.doctor_id != me.person_id)
