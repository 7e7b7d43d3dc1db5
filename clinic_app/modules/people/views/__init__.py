"""Sign-in, lock, switch and the staff list."""

from flask import Blueprint

blueprint = Blueprint("people", __name__, template_folder="../templates")

from clinic_app.modules.people.views import (  # noqa: E402
    importing,  # noqa: F401
    lock,  # noqa: F401
    passwords,  # noqa: F401
    qualifications,  # noqa: F401
    sign_in,  # noqa: F401
    staff,  # noqa: F401
    switch,  # noqa: F401
)
