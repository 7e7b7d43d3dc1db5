"""Refunds (退费): what goes back and how, asking for it above the limit, giving it back once it is approved."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.rules import RefundPlan
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "退费"


@blueprint.get("/bills/<id:bill_id>/refund")
@access("charging.refund")
def ask_refund(bill_id: bytes) -> Response:
    """The dialog: which lines, how much of each, why; everything is ticked at first."""
    bill = _bill(bill_id)
    open_chart(bill.patient_id, SCREEN)
    lines = queries.bill_lines(bill_id)
    plan = queries.refund_plan(bill, {one.charge_line_id: one.quantity for one in lines}, clock.today())
    return pages.page("charging/_refund.html", lines=lines, **_shown(bill, plan))


@blueprint.post("/bills/<id:bill_id>/refund/quote")
@access("charging.refund")
def quote_refund(bill_id: bytes) -> Response:
    """What goes back for what is ticked and typed; writes nothing."""
    bill, wrong, plan = _bill(bill_id), "", None
    open_chart(bill.patient_id, SCREEN)
    try:
        plan = queries.refund_plan(bill, dict(forms.refund_lines(request.form)), clock.today())
    except Refused as err:
        wrong = sentence(err)
    return pages.answer("charging/_refund_sums.html", **{**_shown(bill, plan), "wrong": wrong})


@blueprint.post("/bills/<id:bill_id>/refund")
@access("charging.refund", writes=ONCE)
def refund(bill_id: bytes) -> Response:
    form = request.form
    known_fields("take", "reason", "other", "channel", "amount_fen", *(name for name in form if name.startswith("q")))
    lines, seen = forms.refund_lines(form), form.get("amount_fen", "")
    result = command(
        lambda uow: services.refund_bill(
            uow, bill_id, lines, reason=forms.reason(form), channel=form.get("channel", ""),
            amount_seen_fen=int(seen) if seen.isdecimal() and len(seen) < 12 else -1,
        )
    ).result
    if result["state"] == "waiting":
        return pages_of.go(
            url_for("charging.bill", bill_id=bill_id),
            _("退费 %(amount)s 要院长批，已经报上去了；批了再退钱") % {"amount": yuan(result["amount_fen"])},
        )  # fmt: skip
    return pages_of.go(url_for("charging.bill", bill_id=bytes.fromhex(result["red_id"])), _told(result))


@blueprint.post("/refunds/<id:approval_id>/pay")
@access("charging.refund", writes=ONCE)
def pay_refund(approval_id: bytes) -> Response:
    """Give back what somebody else approved."""
    known_fields()
    result = command(lambda uow: services.pay_approved_refund(uow, approval_id)).result
    return pages_of.go(url_for("charging.bill", bill_id=bytes.fromhex(result["red_id"])), _told(result))


def _told(result: dict[str, Any]) -> str:
    back = "，".join(f"{queries.method_name(method)} {yuan(fen)}" for method, fen in result["back"])
    facts = {"red": result["red_no"], "back": back or yuan(0), "rest": result["rest_no"]}
    if result["rest_no"]:
        return _("退费 %(red)s：%(back)s；剩下的开在 %(rest)s") % facts
    return _("退费 %(red)s：%(back)s") % facts


def _shown(bill: queries.Bill, plan: RefundPlan | None) -> dict[str, Any]:
    limit = parameters.value("charging.refund_limit_fen", clock.today())
    counted = queries.refunded_unapproved(bill.root) + (plan.amount_fen if plan else 0)
    return {
        "bill": bill, "plan": plan, "visit": visits.row(bill.visit_id), "reasons": words.refund_reasons(), "wrong": "",
        "methods": [one for one in queries.methods() if not one.is_disabled], "method_name": queries.method_name,
        "unit_of": queries.unit_of, "limit_fen": limit, "is_over": plan is not None and counted > limit,
    }  # fmt: skip


def _bill(bill_id: bytes) -> queries.Bill:
    bill = pages_of.bill_or_missing(bill_id)
    if bill.state != queries.PAID:
        raise Stale("charging.already_reversed", receipt_no=bill.receipt_no)
    return bill
