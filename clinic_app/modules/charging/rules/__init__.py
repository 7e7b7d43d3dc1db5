"""Rules of charging (收费): settling, refunding, counting the drawer, invoice books, what counts as a reason."""

from clinic_app.modules.charging.rules.books import check_paper, invoice_no, next_number, overlaps
from clinic_app.modules.charging.rules.drawer import counted_sum, denominations, difference_reason, expected_cash
from clinic_app.modules.charging.rules.reasons import reason_line
from clinic_app.modules.charging.rules.refunds import (
    BilledLine,
    RefundPlan,
    handed_back,
    keep,
    needs_approval,
    plan_refund,
    settled_back,
)
from clinic_app.modules.charging.rules.settlement import ARREARS, CASH, Line, Payment, Settlement, Tender, settle
from clinic_app.modules.charging.rules.sources import SOURCE_KINDS

__all__ = [
    "ARREARS", "CASH", "SOURCE_KINDS", "BilledLine", "Line", "Payment", "RefundPlan", "Settlement", "Tender",
    "check_paper", "counted_sum", "denominations", "difference_reason", "expected_cash", "handed_back",
    "invoice_no", "keep", "needs_approval", "next_number", "overlaps", "plan_refund", "reason_line", "settle",
    "settled_back",
]  # fmt: skip
