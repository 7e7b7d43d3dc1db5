"""The screens of the patients: search, one person's card, merging, work lists, reviews of who read what."""

from flask import Blueprint

blueprint = Blueprint("patients", __name__, url_prefix="/patients", template_folder="../templates")

from clinic_app.modules.patients.views import (  # noqa: E402, F401  # their routes join
    card,
    closed,
    family,
    finding,
    histories,
    identifiers,
    merging,
    villages,
    worklists,
)
