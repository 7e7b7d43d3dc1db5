"""Sign-in, lock, switch and the staff list."""

from flask import Blueprint

blueprint = Blueprint("people", __name__, template_folder="../templates")

from clinic_app.modules.people.views import importing, lock, passwords, sign_in, staff, switch  # noqa: E402, F401
