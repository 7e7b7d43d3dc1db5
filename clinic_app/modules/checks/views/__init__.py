"""Pages of the checks (核对)."""

from flask import Blueprint

blueprint = Blueprint("checks", __name__, template_folder="../templates")

from clinic_app.modules.checks.views import checking  # noqa: E402, F401
