"""Pages of the self-check (自检)."""

from flask import Blueprint

blueprint = Blueprint("selfcheck", __name__, template_folder="../templates")

from clinic_app.modules.selfcheck.views import examining  # noqa: E402, F401
