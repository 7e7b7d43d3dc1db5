"""The pane of requests (申请) on the doctor's page: draft lines, sending, withdrawing, paper."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.documents.request import request_paper
from clinic_app.modules.consultation.queries import requests, words
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import may_write, show_written, shown_visit
from clinic_app.modules.consultation.views.queue import sent_text
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, ONCE, access, actor
from clinic_app.web.commands import command, known_fields

FOCUS = {"item": "#rq-new", "item_quantity": "#rq-quantity", "item_note": "#rq-note", "question": "#rq-question"}


def pane_context(visit_id: bytes) -> dict[str, Any]:
    """What `_requests.html` draws."""
    visit = shown_visit(visit_id)
    note, on = queries.note(visit_id), clock.today()
    found = [(one, requests.request_lines(one.id)) for one in requests.requests_of_visit(visit_id)]
    draft, rows = next(((one, lines) for one, lines in found if one.state == "draft"), (None, []))
    sent = [(one, lines) for one, lines in found if one.state != "draft"]
    live = [line for _one, lines in found for line in lines if line.withdrawn_at is None]
    me, level = actor(), people.qualification(actor().person_id, on).doctor_level
    return {
        "visit": visit, "draft": draft, "rows": rows, "sent": sent, "on": on, "request_rev": draft.rev if draft else 0,
        "rq_writable": may_write(visit, note), "rq_count": len(live), "rq_fen": sum(one.amount_fen(on) for one in live),
        "may_withdraw": bool(note and note.doctor_id == me.person_id and me.may("consultation.write")), "typed": {},
        "is_trainee": level == "trainee",
    }  # fmt: skip


def _answer(visit_id: bytes, *, status: int = 200, focus: str = "#rq-new", **more: Any) -> Response:
    return pages.answer(
        "consultation/_requests_answer.html", status=status, focus=focus, **{**pane_context(visit_id), **more}
    )


def _write(
    visit_id: bytes, act: Callable[[UnitOfWork], dict[str, Any]], *, typed: Mapping[str, str] | None = None,
    focus: str = "#rq-new", **done: Any,
) -> Response:
    """One draft write; a refusal keeps what was typed and says its sentence under the row."""
    shown_visit(visit_id)
    try:
        with unit_of_work(actor(), quiet=True) as uow:
            act(uow)
    except Missing:
        raise
    except Refused as err:
        status = 409 if isinstance(err, Stale) else 422
        at = FOCUS.get(err.field or "", "#rq-new")
        return _answer(visit_id, status=status, focus=at, typed=typed or {}, rq_problem=sentence(err))
    return _answer(visit_id, focus=focus, **done)


@blueprint.get("/services")
@access("consultation.write")
def services_matching() -> Response:
    """At most 8 services that can be requested; what cannot is shown with the reason."""
    hits = dictionaries.requestable_matching(
        request.args.get("item", ""), clock.today(), person_id=actor().person_id
    )
    options = [
        {"hit": hit, "name": words.named(hit.name, hit.name_en), "unit": words.named(hit.unit, hit.unit_en),
         "reason": _("已停用") if hit.is_disabled else _("没有价格") if hit.price_e4 is None else ""}
        for hit in hits
    ]  # fmt: skip
    return pages.page("consultation/_service_options.html", options=options)


@blueprint.get("/visits/<id:visit_id>/requests")
@access("consultation.view")
def requests_pane(visit_id: bytes) -> Response:
    return _answer(visit_id)


@blueprint.post("/visits/<id:visit_id>/requests/lines")
@access("consultation.write", writes=DRAFT)
def add_item(visit_id: bytes) -> Response:
    known_fields("request_rev", *forms.ITEM_FIELDS)
    form = request.form
    item_id = forms.id_of(form.get("item_id", ""))
    return _write(
        visit_id,
        lambda uow: services.add_item(
            uow, visit_id, item_id, forms.rev_of(form, "request_rev"), quantity=form.get("item_quantity", ""),
            note=form.get("item_note", ""),
        ),
        typed=form,
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/requests/lines/<id:line_id>/delete")
@access("consultation.write", writes=DRAFT)
def remove_item(visit_id: bytes, line_id: bytes) -> Response:
    known_fields("request_rev")
    line = requests.request_line(line_id)
    return _write(
        visit_id, lambda uow: services.remove_item(uow, visit_id, line_id, forms.rev_of(request.form, "request_rev")),
        said=_("已删除 %(item)s") % {"item": line.shown_name if line else ""},
        undo=url_for("consultation.restore_item", visit_id=visit_id, line_id=line_id),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/requests/lines/<id:line_id>/restore")
@access("consultation.write", writes=DRAFT)
def restore_item(visit_id: bytes, line_id: bytes) -> Response:
    known_fields()
    return _write(visit_id, lambda uow: services.restore_item(uow, visit_id, line_id), clear_toast=True)


@blueprint.post("/visits/<id:visit_id>/requests/describe")
@access("consultation.write", writes=DRAFT)
def describe(visit_id: bytes) -> Response:
    """Question and urgency, saved as they change; only the rev of the page goes on."""
    known_fields("request_rev", "question", "is_urgent")
    shown_visit(visit_id)
    form = request.form
    with unit_of_work(actor(), quiet=True) as uow:
        services.describe(
            uow, visit_id, question=form.get("question", ""), is_urgent=form.get("is_urgent") == "1",
            rev=forms.rev_of(form, "request_rev"),
        )  # fmt: skip
    draft = requests.draft_request(visit_id)
    return pages.page("consultation/_request_rev.html", request_rev=draft.rev if draft else 0)


@blueprint.post("/visits/<id:visit_id>/requests/send")
@access("consultation.write", writes=ONCE)
def send_requests(visit_id: bytes) -> Response:
    """Sign the requests alone; the patient pays, is examined and comes back into the same consultation."""
    known_fields("request_rev", *forms.ITEM_FIELDS)
    shown_visit(visit_id)
    form = request.form
    forms.refuse_unstored_item(form)
    made = command(lambda uow: services.send_requests(uow, visit_id, forms.rev_of(form, "request_rev"))).result
    only_paid = _("申请 %(numbers)s 送出去了，患者先去收费") % {"numbers": words.listed(made["requests"])}
    said = sent_text(made["requests"]) if made["goes"] else only_paid
    return pages.see(url_for("consultation.visit", visit_id=visit_id), said)


@blueprint.get("/requests/<id:request_id>/withdraw")
@access("consultation.write")
def withdraw_form(request_id: bytes) -> Response:
    found = _found(request_id)
    return pages.page(
        "consultation/_withdraw.html", found=found,
        lines=[one for one in requests.request_lines(request_id) if one.withdrawn_at is None],
    )  # fmt: skip


@blueprint.post("/requests/<id:request_id>/withdraw")
@access("consultation.write", writes=ONCE)
def withdraw_request(request_id: bytes) -> Response:
    known_fields("reason", "line")
    found = _found(request_id)
    chosen = [forms.id_of(one) for one in request.form.getlist("line")]
    command(lambda uow: services.withdraw_request(uow, request_id, request.form.get("reason", ""), line_ids=chosen))
    said = _("申请 %(number)s 撤回了") % {"number": found.request_no}
    return pages.see(url_for("consultation.visit", visit_id=found.visit_id), said)


@blueprint.get("/requests/<id:request_id>/print")
@access("consultation.view")
def print_request(request_id: bytes) -> Response:
    """One request on A5."""
    found = _found(request_id)
    return pages.page(
        "consultation/request.html.j2", papers=[request_paper(request_id)],
        back=url_for("consultation.visit", visit_id=found.visit_id),
    )  # fmt: skip


def _found(request_id: bytes) -> requests.Request:
    found = requests.request(request_id)
    if found is None or found.state == "draft":
        raise Missing("consultation.request_missing")
    show_written(found.patient_id, found.doctor_id, found.signed_on, "request")
    return found
