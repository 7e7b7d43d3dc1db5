"""Reads of charging (收费); the subject's face for later ones together with `services`."""

from clinic_app.modules.charging.queries.approvals import (
    APPROVED,
    ARREARS,
    REFUND,
    RELIEF,
    WAITING,
    Approval,
    approval,
    approval_lines,
    approvals_decided,
    approvals_waiting,
    asked_for_visit,
    concessions,
    live_approval,
    used_approval,
)
from clinic_app.modules.charging.queries.arrears import (
    Owed,
    arrears,
    is_settled_later,
    outstanding,
    receivable_fen,
    settled_by,
    settled_fen,
)
from clinic_app.modules.charging.queries.bills import (
    PAID,
    RED,
    REVERSED,
    VOIDED,
    Bill,
    BillLine,
    Payment,
    Receipt,
    bill,
    bill_lines,
    bill_that_counts,
    bill_that_took,
    bills_of_visit,
    is_dispensed,
    is_prescription_paid,
    last_bill_of,
    payments,
    receipt_of_reference,
    receipts_of_day,
    receipts_of_shift,
)
from clinic_app.modules.charging.queries.books import (
    Book,
    book,
    book_of,
    books,
    books_with,
    invoice_of,
    invoices_of_shift,
)
from clinic_app.modules.charging.queries.classes import classes_of_bill
from clinic_app.modules.charging.queries.holds import Hold, hold
from clinic_app.modules.charging.queries.included import fee_components, included_in_fee
from clinic_app.modules.charging.queries.left_open import is_left_open, left_open, left_open_hours
from clinic_app.modules.charging.queries.methods import Method, method_name, methods, noncash_methods, usable_methods
from clinic_app.modules.charging.queries.months import (
    HandIn,
    MonthClose,
    Sums,
    closes_of_day,
    day_sums,
    hand_in,
    hand_ins,
    month_close,
    month_closes,
    month_hindrance,
    month_sums,
    months_with_money,
)
from clinic_app.modules.charging.queries.open_lines import OpenLine, Sheet, open_lines, open_sheets
from clinic_app.modules.charging.queries.pending import Pending, charged_today, pending, pending_matching, tiles
from clinic_app.modules.charging.queries.quoting import Quote, quote
from clinic_app.modules.charging.queries.refunds import (
    Refund,
    refund_of_red,
    refund_payments,
    refund_plan,
    refunded_unapproved,
    refunds_of,
    rest_unit_text,
    unit_of,
)
from clinic_app.modules.charging.queries.shifts import (
    Category,
    DrawerEntry,
    MethodSum,
    Red,
    Shift,
    ShiftSums,
    closed_shifts,
    counts_of,
    last_count,
    open_shift,
    open_shifts,
    shift,
    shift_sums,
)
from clinic_app.modules.charging.queries.states import LineState, line_states

__all__ = [
    "APPROVED", "ARREARS", "PAID", "RED", "REFUND", "RELIEF", "REVERSED", "VOIDED", "WAITING", "Approval", "Bill",
    "BillLine", "Book", "Category", "DrawerEntry", "HandIn", "Hold", "LineState", "Method", "MethodSum", "MonthClose",
    "OpenLine", "Owed", "Payment", "Pending", "Quote", "Receipt", "Red", "Refund", "Sheet", "Shift",
    "ShiftSums", "Sums", "approval", "approval_lines", "approvals_decided", "approvals_waiting", "arrears",
    "asked_for_visit", "bill", "bill_lines", "bill_that_counts", "bill_that_took", "bills_of_visit", "book", "book_of",
    "books", "books_with", "charged_today", "classes_of_bill", "closed_shifts", "closes_of_day", "concessions",
    "counts_of", "day_sums", "fee_components", "hand_in", "hand_ins", "hold", "included_in_fee", "invoice_of",
    "invoices_of_shift", "is_dispensed", "is_left_open", "is_prescription_paid", "is_settled_later", "last_bill_of",
    "last_count", "left_open", "left_open_hours", "line_states", "live_approval", "method_name", "methods",
    "month_close", "month_closes", "month_hindrance", "month_sums", "months_with_money", "noncash_methods",
    "open_lines", "open_sheets", "open_shift", "open_shifts", "outstanding", "payments",
    "pending", "pending_matching", "quote", "receipt_of_reference", "receipts_of_day", "receipts_of_shift",
    "receivable_fen", "refund_of_red", "refund_payments", "refund_plan", "refunded_unapproved", "refunds_of",
    "rest_unit_text", "settled_by", "settled_fen", "shift", "shift_sums", "tiles", "unit_of", "usable_methods",
    "used_approval",
]  # fmt: skip
