"""Pages of the dictionaries (字典)."""

from flask import Blueprint

blueprint = Blueprint("dictionaries", __name__, url_prefix="/dictionaries", template_folder="../templates")

from clinic_app.modules.dictionaries.views import (  # noqa: E402, F401
    classification,
    entries,
    importing,
    lists,
    prices,
    suggestions,
)
