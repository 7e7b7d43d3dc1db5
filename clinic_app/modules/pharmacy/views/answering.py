"""The doctor's side of the pharmacy (质疑): questions with ready answers, sheets sent back, longer validity."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Denied
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.pharmacy import forms, queries, services
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import found_sheet
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "pharmacy.questions"


@blueprint.get("/questions")
@access("pharmacy.answer")
def questions() -> Response:
    """What the pharmacy asked this doctor, the oldest first, and what it sent back."""
    me, today = actor().person_id, clock.today()
    asked, rejected = queries.questions_for(me), queries.rejected_for(me, today)
    for one in (*asked, *rejected):
        open_chart(one.patient_id, SCREEN, asks=False)
    lines = {}
    if asked:
        found = queries.sheet(asked[0].prescription_id)
        lines = {asked[0].id: queries.written_lines(found)} if found else {}
    return pages.page(
        "pharmacy/questions.html", asked=asked, rejected=rejected, lines=lines, now=clock.clock.read().at,
        ready=forms.ready_answers(), words=queries.words,
    )  # fmt: skip


@blueprint.get("/questions/waiting")
@access("pharmacy.answer", is_poll=True)
def waiting_questions() -> Response:
    """The strip on top of the doctor's page: what the pharmacy asks, and for how long it has waited."""
    asked = queries.questions_for(actor().person_id)
    for one in asked:
        open_chart(one.patient_id, SCREEN, asks=False)
    return pages.page("pharmacy/_asked.html", asked=asked, now=clock.clock.read().at)


@blueprint.post("/questions/<id:question_id>")
@access("pharmacy.answer", writes=ONCE)
def answer(question_id: bytes) -> Response:
    """Answer one question: a ready answer, or one's own words (F9)."""
    known_fields("ready", "text", "decision")
    decision, told = forms.answer(request.form)
    command(lambda uow: services.answer_question(uow, question_id, decision, told))
    return pages.see(url_for(".questions"), _("回答了，药房马上看到"))


@blueprint.get("/sheets/<id:prescription_id>/extend")
@access("pharmacy.answer")
def extend_form(prescription_id: bytes) -> Response:
    """The dialog in which the prescriber lets a sheet hold longer (RX-10)."""
    found = found_sheet(prescription_id)
    if found.doctor_id != actor().person_id:
        raise Denied("pharmacy.not_your_sheet", doctor=found.doctor_name)
    open_chart(found.patient_id, SCREEN, asks=False)
    return pages.page("pharmacy/_extend.html", sheet=found, choices=forms.validity_choices(found, clock.today()))


@blueprint.post("/sheets/<id:prescription_id>/extend")
@access("pharmacy.answer", writes=ONCE)
def extend(prescription_id: bytes) -> Response:
    """Let the sheet hold longer (Alt+Y)."""
    known_fields("valid_days", "text")
    days, why = forms.extension(request.form)
    command(lambda uow: services.extend_validity(uow, prescription_id, days, why))
    found = found_sheet(prescription_id)
    said = _("处方有效到 %(until)s（含当天）") % {"until": found.valid_until(clock.today()).isoformat()}
    return pages.see(url_for(".sheet", prescription_id=prescription_id), said)
