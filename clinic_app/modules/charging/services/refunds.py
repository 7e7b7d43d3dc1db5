"""Refunds (退费): a red document for the whole bill, a new blue one for the rest (FE-08 to FE-12)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.money import yuan
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, events, queries
from clinic_app.modules.charging.rules import (
    ARREARS,
    Payment,
    RefundPlan,
    handed_back,
    needs_approval,
    reason_line,
    settled_back,
)
from clinic_app.modules.charging.services.approvals import ask_for_refund, use_approval
from clinic_app.modules.charging.services.books import take_invoice
from clinic_app.modules.charging.services.posting import channel_moves, post_bill, post_channel, post_red
from clinic_app.modules.charging.services.shifts import shift_of_actor
from clinic_app.modules.charging.services.storing import Document, StoredLine, store_document

_REFUND = (
    "INSERT INTO refund(id, bill_id, root_id, red_id, rest_id, approval_id, reason, refunded_by, at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LINE = "INSERT INTO refund_line(refund_id, charge_line_id, quantity, amount_fen) VALUES(?, ?, ?, ?)"
_PAYMENT = "INSERT INTO refund_payment(refund_id, method, amount_fen) VALUES(?, ?, ?)"
_TAKE_BACK = (
    "UPDATE charge_line SET refunded = refunded + ?, changed_at = ?"
    " WHERE id = ? AND bill_id = ? AND state = 'billed' AND quantity - refunded >= ?"
)


def refund_bill(
    uow: UnitOfWork, bill_id: bytes, lines: Sequence[tuple[bytes, int]], *, reason: str, channel: str = "",
    amount_seen_fen: int | None = None,
) -> dict[str, Any]:
    """Give back some lines of a bill, or part of one: `lines` are (charge line, minimum units).

    Above the limit of `charging.refund_limit_fen`, together with what was given back of the bill without approval so
    that several small refunds are no way round it, or by another `channel` than it was paid (FE-10), nothing moves yet:
    the request waits for somebody else (FE-11) and the answer is {"state": "waiting"}. Else {"state": "done",
    "refund_id", "red_no", "rest_no", "amount_fen", "back"}. Raises Missing, Stale `charging.already_reversed`,
    `.refund_changed`; Refused `.refund_nothing`, `.refund_quantity`, `.reason_length`, `.method_unknown`, or what a
    later subject says to it (guard `charging.refund`, FE-09).
    """
    uow.require_sure_date()
    bill, why, taken = _that_counts(bill_id), reason_line(reason), dict(lines)
    if channel and channel not in queries.usable_methods():
        raise Refused("charging.method_unknown", field="channel")
    _ask_later_subjects(uow, bill, taken)
    plan = queries.refund_plan(bill, taken, uow.on)
    if amount_seen_fen is not None and amount_seen_fen != plan.amount_fen:
        raise Stale("charging.refund_changed", now=yuan(plan.amount_fen))
    if queries.live_approval(queries.REFUND, bill.id):
        raise Stale("charging.asked_already")
    other = bool(channel) and any(method != channel for method, _ in plan.back)
    limit = parameters.value("charging.refund_limit_fen", uow.on)
    alone = queries.refunded_unapproved(bill.root)
    if needs_approval(alone + plan.amount_fen, limit, is_other_channel=other):
        return ask_for_refund(uow, bill, list(taken.items()), plan.amount_fen, channel if other else "", why)
    return _give_back(uow, bill, plan, why, "", None)


def pay_approved_refund(uow: UnitOfWork, approval_id: bytes) -> dict[str, Any]:
    """Give back what was approved, in the actor's shift; what is checked at asking is checked again.

    Refused `charging.not_approved`, and all that `refund_bill` says; Stale `.refund_changed` when the bill is no longer
    worth what was approved.
    """
    uow.require_sure_date()
    approval = queries.approval(approval_id)
    if approval is None or approval.bill_id is None:
        raise Missing("charging.approval_missing")
    if approval.state != queries.APPROVED:
        raise Refused("charging.not_approved")
    bill, taken = _that_counts(approval.bill_id), dict(queries.approval_lines(approval_id))
    _ask_later_subjects(uow, bill, taken)
    plan = queries.refund_plan(bill, taken, uow.on)
    if plan.amount_fen != approval.amount_fen:
        raise Stale("charging.refund_changed", now=yuan(plan.amount_fen))
    return _give_back(uow, bill, plan, approval.reason, approval.channel, approval_id)


def _that_counts(bill_id: bytes) -> queries.Bill:
    bill = queries.bill(bill_id)
    if bill is None:
        raise Missing("charging.bill_missing")
    if bill.state != queries.PAID:
        live = queries.bill_that_counts(bill.root)
        raise Stale(
            "charging.already_reversed", receipt_no=bill.receipt_no,
            next_url=f"/charging/bills/{(live or bill).id.hex()}",
        )  # fmt: skip
    return bill


def _ask_later_subjects(uow: UnitOfWork, bill: queries.Bill, taken: dict[bytes, int]) -> None:
    """What is dispensed must have come back, what is executed must be cancelled by its room (FE-09)."""
    uow.guard("charging.refund", bill_id=bill.root, visit_id=bill.visit_id, lines=_told(bill, taken))


def _told(bill: queries.Bill, taken: dict[bytes, int]) -> list[dict[str, Any]]:
    return [
        {"charge_line_id": line.charge_line_id, "source_kind": line.source_kind, "source_id": line.source_id,
         "source_line_id": line.source_line_id, "item_id": line.item_id, "quantity": taken[line.charge_line_id]}
        for line in queries.bill_lines(bill.id) if line.charge_line_id in taken
    ]  # fmt: skip


def _give_back(
    uow: UnitOfWork, bill: queries.Bill, plan: RefundPlan, why: str, channel: str, approval_id: bytes | None
) -> dict[str, Any]:
    shift_id, refund_id, red_id = shift_of_actor(uow), new_id(), new_id()
    rest_id = new_id() if plan.rest else None
    given, struck = _given(uow, bill, plan, channel)
    told = _told(bill, {key: quantity for key, quantity, _ in plan.taken})
    red_no = _store_red(uow, red_id, bill, shift_id)
    rest_no = _store_rest(uow, rest_id, bill, plan, shift_id) if rest_id else ""
    post_channel(uow, red_id, shift_id, channel_moves(plan.back, given, struck))
    uow.execute(
        _REFUND, (refund_id, bill.id, bill.root, red_id, rest_id, approval_id, why, uow.actor.person_id, uow.at)
    )
    for key, quantity, amount in plan.taken:
        uow.change_one(_TAKE_BACK, (quantity, uow.at, key, bill.root, quantity), Stale("charging.lines_changed"))
        uow.execute(_LINE, (refund_id, key, quantity, amount))
    for method, fen in given:
        uow.execute(_PAYMENT, (refund_id, method, fen))
    if approval_id:
        use_approval(uow, approval_id, red_id)
    uow.emit(
        events.REFUNDED, refund_id,
        {"refund_id": refund_id, "bill_id": bill.root, "visit_id": bill.visit_id, "lines": told},
        parents=(bill.id,),
    )  # fmt: skip
    uow.audit(
        "charging.refund", refund_id, patient_id=bill.patient_id, receipt_no=bill.receipt_no, red_no=red_no,
        rest_no=rest_no, amount_fen=plan.amount_fen, reason=why,
    )  # fmt: skip
    jobs = [_print(uow, red_id, bill.patient_id, [method for method, _fen in given])]
    if rest_id:
        jobs.append(_print(uow, rest_id, bill.patient_id, ()))
    return {
        "state": "done", "refund_id": refund_id.hex(), "red_id": red_id.hex(), "red_no": red_no, "rest_no": rest_no,
        "rest_id": rest_id.hex() if rest_id else "", "amount_fen": sum(fen for _, fen in given),
        "back": [list(one) for one in given], "struck_fen": struck, "print_jobs": [job.hex() for job in jobs],
    }  # fmt: skip


def _given(
    uow: UnitOfWork, bill: queries.Bill, plan: RefundPlan, channel: str
) -> tuple[tuple[tuple[str, int], ...], int]:
    """What is handed to the patient by method, and what is struck off the arrears; paid arrears go back as paid."""
    settled = None
    if queries.is_settled_later(bill.root):
        left, kept = (
            sum(one.amount_fen for one in payments if one.method == ARREARS)
            for payments in (queries.payments(bill.id), plan.kept)
        )
        step = parameters.value("charging.cash_rounding_fen", uow.on)
        settled = settled_back(queries.settled_by(bill.root), queries.settled_fen(bill.root), left, kept, step)
    return handed_back(plan.back, channel, queries.outstanding(bill.root), settled)


def _store_red(uow: UnitOfWork, red_id: bytes, bill: queries.Bill, shift_id: bytes) -> str:
    """The whole bill once more, every sign turned: red = - blue."""
    document = Document(
        bill.visit_id, bill.patient_id, shift_id, -bill.total_fen, -bill.waiver_fen, -bill.rounding_fen,
        root_id=bill.root, corrects_id=bill.id,
    )  # fmt: skip
    mirrored = [replace(one, amount_fen=-one.amount_fen) for one in _paid_by(bill.id)]
    red_no = store_document(uow, red_id, document, (), mirrored)
    take_invoice(uow, red_id)
    post_red(uow, red_id, bill.id, shift_id)
    return red_no


def _store_rest(uow: UnitOfWork, rest_id: bytes, bill: queries.Bill, plan: RefundPlan, shift_id: bytes) -> str:
    document = Document(
        bill.visit_id, bill.patient_id, shift_id, plan.rest_total_fen, plan.waiver_fen, plan.rounding_fen,
        tendered_fen=sum(one.amount_fen for one in plan.kept if one.method == "cash"), root_id=bill.root,
    )  # fmt: skip
    units = {line.charge_line_id: line for line in queries.bill_lines(bill.id)}
    lines = [
        StoredLine(
            one.key, one.item, queries.rest_unit_text(units[one.key], one.quantity), one.quantity, one.pack_size,
            one.price_e4, one.amount_fen, one.category,
        )
        for one in plan.rest
    ]  # fmt: skip
    rest_no = store_document(uow, rest_id, document, lines, plan.kept)
    take_invoice(uow, rest_id)
    sums: dict[str, int] = {}
    for line in plan.rest:
        sums[line.category] = sums.get(line.category, 0) + line.amount_fen
    post_bill(
        uow, rest_id, shift_id, payments=plan.kept, waiver_fen=plan.waiver_fen, rounding_fen=plan.rounding_fen,
        categories=list(sums.items()),
    )  # fmt: skip
    return rest_no


def _paid_by(bill_id: bytes) -> list[Payment]:
    return [Payment(one.method, one.amount_fen, one.reference) for one in queries.payments(bill_id)]


def _print(uow: UnitOfWork, bill_id: bytes, patient_id: bytes, given_back: Collection[str]) -> bytes:
    model = documents.receipt_with_cash(bill_id, given_back)
    return uow.print_job(documents.RECEIPT, bill_id, model, patient_id=patient_id)
