"""The screens of the patients (患者): search, one person's card, merging."""

from flask import Blueprint

blueprint = Blueprint("patients", __name__, url_prefix="/patients", template_folder="../templates")

from clinic_app.modules.patients.views import card, finding, merging  # noqa: E402, F401  # their routes join
