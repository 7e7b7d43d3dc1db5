"""Printing a receipt again (补打)."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, queries
from clinic_app.modules.desks import services as desks


def reprint_receipt(uow: UnitOfWork, bill_id: bytes) -> dict[str, Any]:
    """Print a receipt that counts once more, marked 补打 n (FE-16); the paper is the one of the payment, word for word.

    Refused `charging.voided_not_printed` for a voided one. Returns {"job_id", "copy_no", "receipt_no"}.
    """
    bill = queries.bill(bill_id)
    if bill is None:
        raise Missing("charging.bill_missing")
    if bill.state == queries.VOIDED:
        raise Refused("charging.voided_not_printed", receipt_no=bill.receipt_no)
    made = desks.reprint(uow, documents.newest_job(documents.RECEIPT, bill_id).id)
    uow.audit("charging.reprint_receipt", bill_id, patient_id=bill.patient_id, copy=made["copy_no"])
    return {**made, "receipt_no": bill.receipt_no}
