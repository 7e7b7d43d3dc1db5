"""The registration screen (挂号)."""

from flask import Blueprint

blueprint = Blueprint("visits", __name__, url_prefix="/registration", template_folder="../templates")

from clinic_app.modules.visits.views import desk, history, queue, registering  # noqa: E402, F401  # their routes join the blueprint
