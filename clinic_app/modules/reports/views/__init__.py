"""Pages of the reports (报表)."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__, template_folder="../templates")

from clinic_app.modules.reports.views import dashboard, rows  # noqa: E402, F401
