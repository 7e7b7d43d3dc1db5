"""A payment of a payment service pays once: its number stands on one bill or one settled debt."""

from collections.abc import Sequence

from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import Payment


def refuse_used_references(payments: Sequence[Payment]) -> None:
    """Refused `charging.scan_reference_used` naming the receipt that a reference stands on already."""
    for payment in payments:
        used_by = queries.receipt_of_reference(payment.reference) if payment.reference else None
        if used_by is not None:
            raise Refused(
                "charging.scan_reference_used", field="reference", reference=payment.reference, receipt_no=used_by
            )
