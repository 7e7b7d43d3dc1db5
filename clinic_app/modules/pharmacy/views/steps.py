"""What a pharmacist says of a sheet: passed, asked about, sent back (审方)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import forms, queries, services
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import found_sheet, open_sheet_chart
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/sheets/<id:prescription_id>/ask")
@access("pharmacy.dispense")
def ask_form(prescription_id: bytes) -> Response:
    """The dialog of a question to the doctor, with ready ones."""
    found = found_sheet(prescription_id)
    open_sheet_chart(found)
    return pages.page("pharmacy/_ask.html", sheet=found, ready=forms.ready_questions())


@blueprint.get("/sheets/<id:prescription_id>/reject")
@access("pharmacy.dispense")
def reject_form(prescription_id: bytes) -> Response:
    """The dialog before a sheet goes back to its doctor."""
    found = found_sheet(prescription_id)
    open_sheet_chart(found)
    return pages.page("pharmacy/_reject.html", sheet=found, ready=forms.ready_rejections())


@blueprint.post("/sheets/<id:prescription_id>/ask")
@access("pharmacy.dispense", writes=ONCE)
def ask(prescription_id: bytes) -> Response:
    """Ask the doctor (Alt+Q)."""
    known_fields("ready", "text")
    command(lambda uow: services.ask_doctor(uow, prescription_id, forms.told(request.form)))
    found = found_sheet(prescription_id)
    said = _("问了 %(doctor)s，等回答的时候先发后面的") % {"doctor": found.doctor_name}
    return pages.see(url_for(".sheet", prescription_id=prescription_id), said)


@blueprint.post("/sheets/<id:prescription_id>/withdraw")
@access("pharmacy.dispense", writes=ONCE)
def withdraw(prescription_id: bytes) -> Response:
    """Take the question back: it was settled in person."""
    known_fields()
    command(lambda uow: services.withdraw_question(uow, prescription_id))
    return pages.see(url_for(".sheet", prescription_id=prescription_id), _("不问了，可以接着发"))


@blueprint.post("/sheets/<id:prescription_id>/reject")
@access("pharmacy.dispense", writes=ONCE)
def reject(prescription_id: bytes) -> Response:
    """Send the sheet back to its doctor (Alt+X)."""
    known_fields("ready", "text")
    command(lambda uow: services.reject_sheet(uow, prescription_id, forms.told(request.form)))
    found = found_sheet(prescription_id)
    said = _("处方 %(sheet)s 退回 %(doctor)s 了") % {"sheet": found.prescription_no, "doctor": found.doctor_name}
    return pages.see(url_for(".index"), said)


@blueprint.post("/sheets/<id:prescription_id>/pass")
@access("pharmacy.dispense", writes=ONCE)
def pass_review(prescription_id: bytes) -> Response:
    """Find the sheet in order (Alt+V)."""
    known_fields()
    command(lambda uow: services.pass_review(uow, prescription_id))
    return pages.see(url_for(".sheet", prescription_id=prescription_id), _("审方通过"))


@blueprint.get("/owed")
@access("pharmacy.view")
def owed() -> Response:
    """What is owed to patients, and whether it can be handed out now."""
    rows = queries.owed_list(clock.today())
    drugs = dictionaries.drugs(row.drug_id for row in rows)
    return pages.page(
        "pharmacy/owed.html", rows=rows, drugs=drugs, amount=dictionaries.amount, named=dictionaries.named,
        reasons=forms.short_reasons(), waiting_count=len(queries.waiting(clock.today())),
        done_count=queries.done_count(clock.today()),
    )  # fmt: skip
