"""The doctor's workstation (门诊工作站): queue, note, prescriptions, papers."""

from pathlib import Path

from flask import Blueprint
from jinja2 import FileSystemLoader

_HERE = Path(__file__).resolve()
PAPERS = _HERE.parents[4] / "print_templates"

blueprint = Blueprint("consultation", __name__, url_prefix="/doctor", template_folder="../templates")
blueprint.jinja_loader = FileSystemLoader([_HERE.parents[1] / "templates", PAPERS])

from clinic_app.modules.consultation.views import (  # noqa: E402, F401
    allergies,
    certificates,
    cosigning,
    groups,
    history,
    note,
    orders,
    papers,
    queue,
    records,
    registers,
    replacing,
    requests,
    sets,
    sheet,
    suggestions,
    templates,
    visit,
    without_number,
)
