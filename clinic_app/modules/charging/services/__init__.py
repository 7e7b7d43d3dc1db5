"""Commands of charging (收费), its subscribers and its guards."""

from clinic_app.modules.charging.rules import Tender
from clinic_app.modules.charging.services.charge import charge_visit
from clinic_app.modules.charging.services.lines import (
    open_fee,
    open_lines,
    open_request,
    open_sheet,
    refuse_cancelling_paid_visit,
    refuse_voiding_paid_sheet,
    withdraw_lines,
    withdraw_request,
    withdraw_sheet,
    withdraw_visit,
)
from clinic_app.modules.charging.services.receipts import reprint_receipt
from clinic_app.modules.charging.services.shifts import close_shift, close_shift_for, reprint_shift_slip
from clinic_app.modules.charging.services.voiding import void_bill

__all__ = [
    "Tender", "charge_visit", "close_shift", "close_shift_for", "open_fee", "open_lines", "open_request", "open_sheet",
    "refuse_cancelling_paid_visit", "refuse_voiding_paid_sheet", "reprint_receipt", "reprint_shift_slip", "void_bill",
    "withdraw_lines", "withdraw_request", "withdraw_sheet", "withdraw_visit",
]  # fmt: skip
