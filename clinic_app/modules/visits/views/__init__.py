"""The screens of the visits: registration (挂号), appointments, sessions, the line, the board, the call screen."""

from flask import Blueprint

blueprint = Blueprint("visits", __name__, url_prefix="/registration", template_folder="../templates")

from clinic_app.modules.visits.views import (  # noqa: E402  # their routes join the blueprint
    appointments,  # noqa: F401
    board,  # noqa: F401
    call_screen,  # noqa: F401
    changing,  # noqa: F401
    desk,  # noqa: F401
    history,  # noqa: F401
    line,  # noqa: F401
    questions,  # noqa: F401
    queue,  # noqa: F401
    registering,  # noqa: F401
    sessions,  # noqa: F401
)
