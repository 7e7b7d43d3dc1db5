"""What waits for somebody else's yes (审批): refunds above the limit, relief and arrears."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


@blueprint.get("/approvals")
@access("charging.approve", in_menu=True)
def approvals() -> Response:
    """The work list of who approves, and what was decided lately."""
    return pages.page(
        "charging/approvals.html", waiting=queries.approvals_waiting(), decided=queries.approvals_decided(),
        kind=words.approval_kind, state=words.approval_state, since=words.since, own_id=actor().person_id,
    )  # fmt: skip


@blueprint.get("/approvals/<id:approval_id>")
@access("charging.approve")
def approval(approval_id: bytes) -> Response:
    """The dialog before the answer: whose money, how much, why, what stands on the bill."""
    found = queries.approval(approval_id)
    if found is None:
        raise Missing("charging.approval_missing")
    open_chart(found.patient_id, "退费" if found.kind == queries.REFUND else "收费", asks=found.state != "waiting")
    taken = dict(queries.approval_lines(approval_id))
    lines = queries.bill_lines(found.bill_id) if found.bill_id else []
    return pages.page(
        "charging/_approval.html", one=found, kind=words.approval_kind(found.kind), since=words.since, taken=taken,
        lines=[line for line in lines if line.charge_line_id in taken], method_name=queries.method_name,
        unit_of=queries.unit_of,
    )  # fmt: skip


@blueprint.post("/approvals/<id:approval_id>/decide")
@access("charging.approve", writes=ONCE)
def decide(approval_id: bytes) -> Response:
    known_fields("answer", "decision")
    yes = forms.one_of(request.form, "decision", ("approve", "reject")) == "approve"
    result = command(
        lambda uow: services.decide(uow, approval_id, approve=yes, answer=request.form.get("answer", ""))
    ).result
    facts = {"kind": words.approval_kind(result["kind"]), "amount": yuan(result["amount_fen"])}
    told = _("批了：%(kind)s %(amount)s") % facts if yes else _("没批：%(kind)s %(amount)s") % facts
    return pages_of.go(url_for("charging.approvals"), told)


@blueprint.post("/approvals/<id:approval_id>/withdraw")
@access("charging.charge", writes=ONCE)
def withdraw_approval(approval_id: bytes) -> Response:
    known_fields("visit")
    command(lambda uow: services.withdraw_approval(uow, approval_id))
    return pages_of.go(pages_of.came_from(url_for("charging.receipts")), _("申请撤回了"))


@blueprint.get("/visits/<id:visit_id>/concession")
@access("charging.charge")
def ask_concession(visit_id: bytes) -> Response:
    """The dialog to ask for relief or arrears, or what was asked for already."""
    visit = visits.row(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    open_chart(visit.patient_id, "收费")
    return pages.page(
        "charging/_concession.html", visit=visit, asked=queries.asked_for_visit(visit_id), kind=words.approval_kind,
        state=words.approval_state, may_owe=parameters.value("charging.arrears_allowed", clock.today()),
        total_fen=sum(line.amount_fen for line in queries.open_lines(visit_id, clock.today())),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/concession")
@access("charging.charge", writes=ONCE)
def concession(visit_id: bytes) -> Response:
    known_fields("kind", "amount", "reason")
    form = request.form
    kind = forms.one_of(form, "kind", (queries.RELIEF, queries.ARREARS))
    fen = forms.amount(form)
    command(lambda uow: services.ask_for_visit(uow, visit_id, kind, fen, form.get("reason", "")))
    told = _("%(kind)s %(amount)s 已经报上去了，批了会自动算进这张单") % {
        "kind": words.approval_kind(kind), "amount": yuan(fen),
    }  # fmt: skip
    return pages_of.go(url_for("charging.visit", visit_id=visit_id), told)
