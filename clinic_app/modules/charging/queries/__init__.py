"""Reads of charging (收费); the subject's face for later ones together with `services`."""

from clinic_app.modules.charging.queries.bills import (
    PAID,
    VOIDED,
    Bill,
    BillLine,
    PaidSheet,
    Payment,
    Receipt,
    bill,
    bill_lines,
    bill_that_took,
    bills_of_visit,
    is_dispensed,
    is_prescription_paid,
    last_bill_of,
    paid_prescriptions,
    payments,
    receipt_of_reference,
    receipts_of_day,
    receipts_of_shift,
    visit_bill,
)
from clinic_app.modules.charging.queries.open_lines import OpenLine, Sheet, open_lines, open_sheets
from clinic_app.modules.charging.queries.pending import Pending, charged_today, pending, pending_matching, tiles
from clinic_app.modules.charging.queries.quoting import Quote, quote
from clinic_app.modules.charging.queries.shifts import (
    Category,
    Shift,
    ShiftSums,
    closed_shifts,
    is_left_open,
    left_open,
    left_open_hours,
    open_shift,
    open_shifts,
    shift,
    shift_sums,
)
from clinic_app.modules.charging.queries.states import LineState, line_states

__all__ = [
    "PAID", "VOIDED", "Bill", "BillLine", "Category", "LineState", "OpenLine", "PaidSheet", "Payment", "Pending",
    "Quote", "Receipt", "Sheet", "Shift", "ShiftSums", "bill", "bill_lines", "bill_that_took", "bills_of_visit",
    "charged_today", "closed_shifts", "is_dispensed", "is_left_open", "is_prescription_paid", "last_bill_of",
    "left_open", "left_open_hours", "line_states", "open_lines", "open_sheets", "open_shift", "open_shifts",
    "paid_prescriptions", "payments", "pending", "pending_matching", "quote", "receipt_of_reference",
    "receipts_of_day", "receipts_of_shift", "shift", "shift_sums", "tiles", "visit_bill",
]  # fmt: skip
