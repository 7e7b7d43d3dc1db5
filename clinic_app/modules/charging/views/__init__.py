"""Screens of charging: who has to pay, one visit, receipts and refunds, shifts, days, months, invoice books."""

from flask import Blueprint

blueprint = Blueprint("charging", __name__, url_prefix="/charging", template_folder="../templates")

from clinic_app.modules.charging.views import (  # noqa: E402, F401
    approvals,
    books,
    days,
    drawer,
    holds,
    months,
    payer,
    receipts,
    refunds,
    shift,
    shifts,
    visit,
    waiting,
)
