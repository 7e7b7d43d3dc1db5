"""Papers of the window: labels for the packs (用法标签) and the pick list by shelf (配药单)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.modules.pharmacy import documents, queries
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import SCREEN, found_sheet, open_sheet_chart
from clinic_app.web import pages
from clinic_app.web.access import access, open_chart


@blueprint.get("/sheets/<id:prescription_id>/labels")
@access("pharmacy.view")
def labels(prescription_id: bytes) -> Response:
    """One label of 60 x 40 mm for each drug, and one for the bag."""
    found = found_sheet(prescription_id)
    open_sheet_chart(found)
    today = clock.today()
    papers = documents.labels(found, queries.lines_of(found, today))
    return pages.page(
        "pharmacy/labels.html.j2", labels=papers, back=url_for(".sheet", prescription_id=prescription_id),
        autoprint="print" in request.args,
    )  # fmt: skip


@blueprint.get("/pick-list")
@access("pharmacy.dispense")
def pick_list() -> Response:
    """What the waiting sheets need, sorted by shelf, for one walk along the shelves (PH-15)."""
    today = clock.today()
    sheets = [sheet for one in queries.waiting(today)[:40] if (sheet := queries.sheet(one.prescription_id))]
    for sheet in sheets:
        open_chart(sheet.patient_id, SCREEN, asks=False)
    return pages.page(
        "pharmacy/pick_list.html.j2", rows=documents.pick_list(sheets, today), today=today,
        back=url_for(".index"), sheets=len(sheets),
    )  # fmt: skip
