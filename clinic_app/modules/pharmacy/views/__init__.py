"""The screens of the pharmacy (药房): window, doctor's answers, returns, labels, the controlled register."""

from pathlib import Path

from flask import Blueprint
from jinja2 import FileSystemLoader

_HERE = Path(__file__).resolve()
PAPERS = _HERE.parents[4] / "print_templates"

blueprint = Blueprint("pharmacy", __name__, url_prefix="/pharmacy", template_folder="../templates")
blueprint.jinja_loader = FileSystemLoader([_HERE.parents[1] / "templates", PAPERS])

from clinic_app.modules.pharmacy.views import (  # noqa: E402, F401
    answering,
    labels,
    progress,
    register,
    returning,
    scanning,
    steps,
    window,
)
