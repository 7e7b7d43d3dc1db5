"""Receipts (收据): the list of the shift or the day, one bill, voiding and reprinting."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, jobs, parameters
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import documents, forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "收据"


@blueprint.get("/receipts")
@access("charging.view", in_menu=True)
def receipts() -> Response:
    """A cashier sees the open shift's receipts, a manager everybody's of today."""
    if not actor().may("charging.charge"):
        found, shift = queries.receipts_of_day(clock.today()), None
    else:
        shift = queries.open_shift(actor().person_id)
        found = queries.receipts_of_shift(shift.id) if shift else []
    live = [one for one in found if one.state == queries.PAID]
    return pages.page(
        "charging/receipts.html", receipts=found, shift=shift, since=words.since, live=len(live),
        voids=sum(one.state == queries.VOIDED for one in found),
        is_blind=shift is not None and parameters.value("charging.blind_close", clock.today()),
        reds=sum(one.state == queries.RED for one in found),
        cash_fen=sum(one.cash_fen for one in found if one.state != queries.VOIDED),
        noncash_fen=sum(one.noncash_fen for one in found if one.state != queries.VOIDED),
    )  # fmt: skip


@blueprint.get("/bills/<id:bill_id>")
@access("charging.view")
def bill(bill_id: bytes) -> Response:
    found = pages_of.bill_or_missing(bill_id)
    visit = visits.row(found.visit_id)
    if visit is None:
        raise Missing("charging.bill_missing")
    return pages.page(
        "charging/bill.html", bill=found, visit=visit, banner=pages_of.banner_of(visit, SCREEN),
        lines=queries.bill_lines(bill_id), payments=queries.payments(bill_id), since=words.since,
        job=jobs.of_document(documents.RECEIPT, bill_id), may_void=_may_void(found),
        may_refund=found.state == queries.PAID and actor().may("charging.refund"),
        asked=queries.live_approval(queries.REFUND, bill_id), refunds=queries.refunds_of(found.root),
        red=queries.refund_of_red(bill_id), owed_fen=queries.outstanding(found.root), bills=_others(found),
        method_name=queries.method_name, unit_of=queries.unit_of, invoice_no=queries.invoice_of(bill_id),
    )  # fmt: skip


@blueprint.get("/bills/<id:bill_id>/void")
@access("charging.void")
def ask_void(bill_id: bytes) -> Response:
    """The dialog before a void: who, how much, what goes back."""
    found = pages_of.bill_or_missing(bill_id)
    visit = visits.row(found.visit_id)
    open_chart(found.patient_id, SCREEN)
    paid = queries.payments(bill_id)
    return pages.page(
        "charging/_void.html", bill=found, visit=visit, 
        cash_fen=sum(one.amount_fen for one in paid if one.method == "cash"),
        noncash_fen=sum(one.amount_fen for one in paid if one.method not in ("cash", "arrears")),
        reasons=words.void_reasons(),
    )  # fmt: skip


@blueprint.post("/bills/<id:bill_id>/void")
@access("charging.void", writes=ONCE)
def void(bill_id: bytes) -> Response:
    known_fields("reason", "other")
    result = command(lambda uow: services.void_bill(uow, bill_id, forms.reason(request.form))).result
    facts = {
        "receipt": result["receipt_no"], "cash": yuan(result["cash_fen"]), "noncash": yuan(result["noncash_fen"]),
    }  # fmt: skip
    if result["noncash_fen"]:
        told = _("作废 %(receipt)s，退现金 %(cash)s，其他方式 %(noncash)s 从付款方原路退") % facts
    else:
        told = _("作废 %(receipt)s，退现金 %(cash)s") % facts
    return pages_of.go(url_for("charging.receipts"), told)


@blueprint.post("/bills/<id:bill_id>/reprint")
@access("charging.charge", writes=ONCE)
def reprint(bill_id: bytes) -> Response:
    known_fields("visit")
    open_chart(pages_of.bill_or_missing(bill_id).patient_id, SCREEN)
    result = command(lambda uow: services.reprint_receipt(uow, bill_id)).result
    told = _("补打 %(number)d：收据 %(receipt)s") % {
        "number": result["copy_no"] - 1, "receipt": result["receipt_no"],
    }  # fmt: skip
    return pages_of.go(pages_of.came_from(url_for("charging.bill", bill_id=bill_id)), told)


def _others(bill: queries.Bill) -> list[queries.Bill]:
    """The other documents of the same money: red ones, and bills for a rest."""
    return [one for one in queries.bills_of_visit(bill.visit_id) if one.root == bill.root and one.id != bill.id]


def _may_void(bill: queries.Bill) -> bool:
    """Whether the button is offered; the service decides again."""
    is_own = bill.cashier_id == actor().person_id and actor().may("charging.void")
    if bill.state != queries.PAID or bill.root_id or not is_own:
        return False
    shift = queries.open_shift(actor().person_id)
    return shift is not None and shift.id == bill.shift_id and not queries.is_dispensed(bill.id)
