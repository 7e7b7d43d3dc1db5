"""Screens of charging: who has to pay, one visit, receipts, the shift."""

from flask import Blueprint

blueprint = Blueprint("charging", __name__, url_prefix="/charging", template_folder="../templates")

from clinic_app.modules.charging.views import receipts, shift, shifts, visit, waiting  # noqa: E402, F401
