"""Voiding a bill (作废): the own cashier's, before the shift is closed and before anything of it is dispensed."""

from typing import Any

from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import events, queries
from clinic_app.modules.charging.models import BillVoid
from clinic_app.modules.charging.rules import ARREARS, CASH, reason_line
from clinic_app.modules.charging.services.books import void_invoice_of
from clinic_app.modules.charging.services.posting import post_void
from clinic_app.modules.stock import services as stock

_REOPEN = (
    "UPDATE charge_line SET state = 'open', bill_id = NULL, changed_at = ? WHERE bill_id = ? AND state = 'billed'"
)


def void_bill(uow: UnitOfWork, bill_id: bytes, reason: str) -> dict[str, Any]:
    """Undo a bill of the actor's open shift: reversing voucher, lines open again, drugs released, the number kept (N1).

    Raises Missing, Stale `charging.already_voided`, Denied `charging.not_your_bill`, Refused `charging.shift_closed`,
    `.reason_length`, or a later subject's refusal (guard `charging.void_bill`). Returns {"bill_id", "receipt_no",
    "cash_fen", "noncash_fen"}: what goes back to the patient.
    """
    bill = queries.bill(bill_id)
    if bill is None:
        raise Missing("charging.bill_missing")
    why = reason_line(reason)
    _refuse_if_settled(uow, bill)
    uow.guard("charging.void_bill", bill_id=bill_id)
    lines, payments = queries.bill_lines(bill_id), queries.payments(bill_id)
    voucher_id = post_void(uow, bill_id, bill.shift_id)
    BillVoid.insert(
        bill_id=bill_id, reason=why, voided_at=uow.at, voided_by=uow.actor.person_id, voucher_id=voucher_id
    ).execute()
    uow.execute(_REOPEN, (uow.at, bill_id))
    if uow.conn.changes() != len(lines):
        raise Stale("charging.lines_changed")
    void_invoice_of(uow, bill_id, why)
    if any(line.item_kind == "drug" for line in lines):
        stock.release(uow, bill_id)
    uow.emit(
        events.BILL_VOIDED, bill_id,
        {"bill_id": bill_id, "receipt_no": bill.receipt_no, "visit_id": bill.visit_id, "reason": why},
        parents=(bill.visit_id,),
    )  # fmt: skip
    uow.audit("charging.void_bill", bill_id, patient_id=bill.patient_id, receipt_no=bill.receipt_no, reason=why)
    cash = sum(one.amount_fen for one in payments if one.method == CASH)
    noncash = sum(one.amount_fen for one in payments if one.method not in (CASH, ARREARS))
    return {
        "bill_id": bill_id.hex(), "receipt_no": bill.receipt_no, "cash_fen": cash, "noncash_fen": noncash,
    }  # fmt: skip


def _refuse_if_settled(uow: UnitOfWork, bill: queries.Bill) -> None:
    if bill.state == queries.VOIDED:
        raise Stale("charging.already_voided", receipt_no=bill.receipt_no)
    if bill.state != queries.PAID or bill.root_id is not None:
        raise Refused("charging.void_refunded", receipt_no=bill.receipt_no)
    if queries.live_approval(queries.REFUND, bill.id):
        raise Stale("charging.asked_already")
    if queries.is_settled_later(bill.id):
        raise Refused("charging.void_settled", receipt_no=bill.receipt_no)
    if bill.cashier_id != uow.actor.person_id:
        raise Denied("charging.not_your_bill", receipt_no=bill.receipt_no, who=bill.cashier_name)
    shift = queries.open_shift(uow.actor.person_id)
    if shift is None or shift.id != bill.shift_id:
        raise Refused("charging.shift_closed", receipt_no=bill.receipt_no)
