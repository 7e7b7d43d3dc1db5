"""Commands of charging (收费), its subscribers and its guards."""

from clinic_app.modules.charging.rules import Tender
from clinic_app.modules.charging.services.approvals import ask_for_visit, decide, withdraw_approval
from clinic_app.modules.charging.services.arrears import settle_arrears
from clinic_app.modules.charging.services.books import (
    hand_back_book,
    issue_book,
    reprint_on_next,
    transfer_book,
    void_next,
)
from clinic_app.modules.charging.services.charge import charge_visit
from clinic_app.modules.charging.services.drawer import open_shift, record_drawer
from clinic_app.modules.charging.services.holds import hold_visit, resume_visit
from clinic_app.modules.charging.services.lines import (
    open_due_fee,
    open_fee,
    open_lines,
    open_request,
    open_sheet,
    refuse_cancelling_paid_visit,
    refuse_new_payer_of_paid_visit,
    refuse_voiding_paid_sheet,
    withdraw_lines,
    withdraw_request,
    withdraw_sheet,
    withdraw_visit,
)
from clinic_app.modules.charging.services.months import ask_to_reopen, close_month, confirm_hand_in, reopen_month
from clinic_app.modules.charging.services.receipts import reprint_receipt
from clinic_app.modules.charging.services.refunds import pay_approved_refund, refund_bill
from clinic_app.modules.charging.services.shifts import (
    Count,
    close_shift,
    close_shift_for,
    reprint_shift_slip,
    warn_of_open_shift,
)
from clinic_app.modules.charging.services.voiding import void_bill

__all__ = [
    "Count", "Tender", "ask_for_visit", "ask_to_reopen", "charge_visit", "close_month", "close_shift",
    "close_shift_for", "confirm_hand_in", "decide", "hand_back_book", "hold_visit", "issue_book", "open_due_fee",
    "open_fee", "open_lines", "open_request", "open_sheet", "open_shift", "pay_approved_refund", "record_drawer",
    "refund_bill", "refuse_cancelling_paid_visit", "refuse_new_payer_of_paid_visit", "refuse_voiding_paid_sheet",
    "reopen_month", "reprint_on_next", "reprint_receipt", "reprint_shift_slip", "resume_visit", "settle_arrears",
    "transfer_book", "void_bill", "void_next", "warn_of_open_shift", "withdraw_approval", "withdraw_lines",
    "withdraw_request", "withdraw_sheet", "withdraw_visit",
]  # fmt: skip
