"""What waits for a colleague: trainees' notes to co-sign (待审签), amendments to approve (待批准的修改)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import cosigning, words
from clinic_app.modules.consultation.queries.cosigning import may_approve
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/waiting")
@access("consultation.approve", in_menu=True)
def waiting() -> Response:
    """Both work lists, the longest waiting first; one's own are shown and not decided, nor anything by trainees."""
    notes, asked = cosigning.waiting_notes(), cosigning.waiting_requests()
    every = (*notes, *asked)
    who = people.names({*(one.doctor_id for one in notes), *(one.asked_by for one in asked)})
    return pages.page(
        "consultation/waiting.html", notes=notes, asked=asked, my_id=actor().person_id, who=who,
        names=patients.names({one.patient_id for one in every}), may_approve=may_approve(actor(), clock.today()),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/cosign")
@access("consultation.cosign", writes=ONCE)
def cosign(visit_id: bytes) -> Response:
    """Sign what the trainee wrote, as this page showed it."""
    known_fields("note_rev")
    shown_visit(visit_id)
    rev = forms.rev_of(request.form, "note_rev")
    made = command(lambda uow: services.cosign(uow, visit_id, rev)).result
    sheets = len(made["sheets"])
    said = ngettext("已审签，%(count)d 张处方去收费", "Co-signed. %(count)d sheets go to the cashier", sheets)
    if made["requests"]:
        told = _("已审签，申请 %(numbers)s 和处方去收费") if sheets else _("已审签，申请 %(numbers)s 去收费")
        return pages.see(url_for("consultation.waiting"), told % {"numbers": words.listed(made["requests"])})
    return pages.see(url_for("consultation.waiting"), said % {"count": sheets} if sheets else _("已审签"))


@blueprint.get("/visits/<id:visit_id>/return")
@access("consultation.cosign")
def return_form(visit_id: bytes) -> Response:
    shown_visit(visit_id)
    return pages.page("consultation/_return.html", visit_id=visit_id, note=queries.note(visit_id))


@blueprint.post("/visits/<id:visit_id>/return")
@access("consultation.cosign", writes=ONCE)
def return_note(visit_id: bytes) -> Response:
    """Send it back to the trainee with what is to be changed."""
    known_fields("note_rev", "remark")
    shown_visit(visit_id)
    form = request.form
    rev = forms.rev_of(form, "note_rev")
    command(lambda uow: services.return_to_trainee(uow, visit_id, rev, form.get("remark", "")))
    return pages.see(url_for("consultation.waiting"), _("已退回，让写的人改"))


@blueprint.post("/visits/<id:visit_id>/take-back")
@access("consultation.write", writes=ONCE)
def take_back(visit_id: bytes) -> Response:
    """A trainee writes on before anybody co-signed."""
    known_fields("reason")
    shown_visit(visit_id)
    command(lambda uow: services.take_back(uow, visit_id, request.form.get("reason", "")))
    return pages.see(url_for("consultation.visit", visit_id=visit_id), _("收回来了，改完按 F9 再交"))


@blueprint.post("/amendments/<id:request_id>/<any(approve, refuse):decision>")
@access("consultation.approve", writes=ONCE)
def decide_amendment(request_id: bytes, decision: str) -> Response:
    """Approve an amendment, or refuse it with a word."""
    known_fields("remark")
    remark = request.form.get("remark", "")
    command(lambda uow: services.decide_amendment(uow, request_id, approve=decision == "approve", remark=remark))
    said = _("已批准，病历打开了") if decision == "approve" else _("没批准，写的人能看到理由")
    return pages.see(url_for("consultation.waiting"), said)
