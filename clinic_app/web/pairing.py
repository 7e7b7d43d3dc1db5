"""A browser on the LAN is a desk (工位) or it is nobody: before it is paired it gets the pairing page alone."""

from flask import Response, g, redirect, request

from clinic_app.kernel.errors import Denied
from clinic_app.web import browser
from clinic_app.web.access import of_endpoint
from clinic_app.web.lan import is_from_lan

PAIRING_PAGE = "/pair"


def check_pairing() -> Response | None:
    """Before every request, after the session is known: a session counts in a paired browser only."""
    if not is_from_lan() or request.endpoint == "static":
        return None
    desk_id = browser.own_desk()
    if desk_id is not None:
        if g.session is not None and g.session.desk_id != desk_id:
            browser.leave_session()  # begun at another desk: this browser was paired anew since
        return None
    browser.leave_session()
    wanted = of_endpoint(request.endpoint)
    if wanted is not None and wanted.before_pairing:
        return None
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect(PAIRING_PAGE, 303)
    raise Denied("desks.not_paired", next_url=PAIRING_PAGE)
