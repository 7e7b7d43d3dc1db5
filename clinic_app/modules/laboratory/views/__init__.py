"""The screens of the laboratory (检验检查): the work at the bench, and the reference ranges."""

from pathlib import Path

from flask import Blueprint
from jinja2 import FileSystemLoader

_HERE = Path(__file__).resolve()
blueprint = Blueprint("laboratory", __name__, url_prefix="/laboratory", template_folder="../templates")
blueprint.jinja_loader = FileSystemLoader([_HERE.parents[1] / "templates", _HERE.parents[4] / "print_templates"])

from clinic_app.modules.laboratory.views import (  # noqa: E402  # their routes join the blueprint
    analytes,  # noqa: F401
    ranges,  # noqa: F401
    work,  # noqa: F401
)
