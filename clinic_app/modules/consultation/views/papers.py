"""The A5 prescription as a print page, and voiding a signed sheet."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import show_written, shown_visit
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/prescriptions/<id:prescription_id>/print")
@access("consultation.view")
def print_prescription(prescription_id: bytes) -> Response:
    """One sheet on A5, voided ones marked."""
    sheet = _sheet(prescription_id)
    paper = prescription_paper(prescription_id)
    if paper is None:
        raise Refused("consultation.sheet_not_signed")
    return pages.page(
        "consultation/prescription.html.j2", papers=[paper], back=url_for("consultation.visit", visit_id=sheet.visit_id)
    )


@blueprint.get("/visits/<id:visit_id>/print")
@access("consultation.view")
def print_visit(visit_id: bytes) -> Response:
    """Every signed sheet of a visit."""
    shown_visit(visit_id, "prescription")
    found = [prescription_paper(one.id) for one in queries.prescriptions_of_visit(visit_id) if one.state == "signed"]
    papers = [paper for paper in found if paper is not None]
    if not papers:
        raise Refused("consultation.sheet_not_signed", next_url=url_for("consultation.visit", visit_id=visit_id))
    return pages.page(
        "consultation/prescription.html.j2", papers=papers, back=url_for("consultation.visit", visit_id=visit_id)
    )


@blueprint.get("/prescriptions/<id:prescription_id>/void")
@access("consultation.write")
def void_form(prescription_id: bytes) -> Response:
    return pages.page("consultation/_void.html", sheet=_sheet(prescription_id))


@blueprint.post("/prescriptions/<id:prescription_id>/void")
@access("consultation.write", writes=ONCE)
def void_prescription(prescription_id: bytes) -> Response:
    known_fields("reason", "write_anew")
    sheet = _sheet(prescription_id)
    anew = request.form.get("write_anew") == "1"
    outcome = command(
        lambda uow: services.void_prescription(uow, prescription_id, request.form.get("reason", ""), write_anew=anew)
    )
    said = _("处方 %(number)s 已作废，原来的药在下面，改好再签") if anew else _("处方 %(number)s 已作废")
    return pages.see(
        url_for("consultation.visit", visit_id=sheet.visit_id), said % {"number": outcome.result["prescription_no"]}
    )


def _sheet(prescription_id: bytes) -> queries.Prescription:
    sheet = queries.prescription(prescription_id)
    if sheet is None:
        raise Missing("consultation.sheet_missing")
    show_written(sheet.patient_id, sheet.doctor_id, sheet.signed_on, "prescription")
    return sheet
