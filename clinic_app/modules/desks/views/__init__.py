"""Pages of desks, the LAN, papers, the virtual printer and the virtual card reader."""

from flask import Blueprint

blueprint = Blueprint("desks", __name__, template_folder="../templates")

from clinic_app.modules.desks.views import devices, lan, pairing, printing, virtual_card, virtual_printer  # noqa: E402, F401
