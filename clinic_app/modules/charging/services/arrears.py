"""Arrears (欠费) that are paid at last."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.money import yuan
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, queries
from clinic_app.modules.charging.rules import Line, Tender, settle
from clinic_app.modules.charging.services.posting import post_settlement
from clinic_app.modules.charging.services.references import refuse_used_references
from clinic_app.modules.charging.services.shifts import shift_of_actor


def settle_arrears(uow: UnitOfWork, bill_id: bytes, tenders: Sequence[Tender], *, owed_seen_fen: int) -> dict[str, Any]:
    """Take what is still owed of a bill, all of it, in the actor's shift; prints the receipt again with its new state.

    Cash is rounded to coins as at the charge (FE-05). Stale `charging.arrears_changed` when somebody was faster;
    Refused as `settle`, `.scan_reference_used`. Returns {"bill_id", "receipt_no", "paid_fen", "change_fen",
    "print_job"}.
    """
    uow.require_sure_date()
    bill = queries.bill(bill_id)
    if bill is None:
        raise Missing("charging.bill_missing")
    owed = queries.outstanding(bill.root)
    if owed != owed_seen_fen or owed <= 0:
        raise Stale("charging.arrears_changed", owed=yuan(owed))
    settled = settle(
        [Line("arrears", owed, "欠费")], tenders, parameters.value("charging.cash_rounding_fen", uow.on),
        methods=queries.usable_methods(),
    )  # fmt: skip
    refuse_used_references(settled.payments)
    post_settlement(uow, bill.root, shift_of_actor(uow), settled.payments, settled.rounding_fen)
    paid = owed + settled.rounding_fen
    uow.audit(
        "charging.settle_arrears", bill.root, patient_id=bill.patient_id, receipt_no=bill.receipt_no, paid_fen=paid,
        references=[one.reference for one in settled.payments if one.reference],
    )  # fmt: skip
    shown = queries.bill_that_counts(bill.root) or bill
    job = uow.print_job(
        documents.RECEIPT, shown.id,
        documents.receipt_with_cash(shown.id, [one.method for one in settled.payments]), patient_id=bill.patient_id,
    )
    return {
        "bill_id": shown.id.hex(), "receipt_no": shown.receipt_no, "paid_fen": paid, "change_fen": settled.change_fen,
        "print_job": job.hex(),
    }  # fmt: skip
