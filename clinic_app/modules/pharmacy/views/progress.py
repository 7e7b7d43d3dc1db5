"""The state of a sheet for the page of its doctor (RX-18), which draws nothing of later subjects itself."""

from flask import Response

from clinic_app.modules.pharmacy import queries
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import SCREEN, found_sheet
from clinic_app.web import pages
from clinic_app.web.access import access, open_chart


@blueprint.get("/sheets/<id:prescription_id>/state")
@access("pharmacy.view", is_poll=True)
def state(prescription_id: bytes) -> Response:
    """The tag beside the number of the sheet; nothing once it is voided."""
    open_chart(found_sheet(prescription_id).patient_id, SCREEN)
    return pages.page(
        "pharmacy/_state.html", found=queries.progress(prescription_id), words=queries.words.sheet_states()
    )
