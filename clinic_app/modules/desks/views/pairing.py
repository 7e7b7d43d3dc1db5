"""The pairing page (配对): all that a browser on the LAN sees before it is a desk."""

import secrets

from flask import Response, request

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import refusal
from clinic_app.modules.desks import queries, services
from clinic_app.modules.desks.views import blueprint
from clinic_app.web import browser, pages
from clinic_app.web.access import PUBLIC, SESSION, access
from clinic_app.web.commands import known_fields
from clinic_app.web.lan import is_from_lan


@blueprint.get("/pair")
@access(PUBLIC, before_pairing=True)
def pair() -> Response:
    """On the server's own PC there is nothing to pair: a desk is chosen at sign-in."""
    return _page() if is_from_lan() else pages.see("/")


@blueprint.post("/pair")
@access(PUBLIC, writes=SESSION, before_pairing=True)
def do_pair() -> Response:
    known_fields("code")
    if not is_from_lan():
        return pages.see("/")
    token = secrets.token_urlsafe(24)  # always a fresh one: a cookie set by somebody else is worth nothing
    try:
        services.pair_by_code(
            request.form.get("code", "")[:40], token, request.remote_addr or "unknown",
            former=browser.cookie(browser.DESK_COOKIE),
        )  # fmt: skip
    except Refused as err:
        return _page(err)
    browser.keep(browser.DESK_COOKIE, token, max_age=browser.YEAR)
    return pages.see("/sign-in")


def _page(err: Refused | None = None) -> Response:
    desk_id = browser.own_desk()
    desk = queries.desk(desk_id) if desk_id else None
    was = "" if desk else queries.former_desk_name(browser.cookie(browser.DESK_COOKIE))
    status = 200 if err is None else 429 if err.code == "desks.pairing_wait" else 422
    return pages.page("desks/pair.html", status=status, desk=desk, was=was, error=refusal(err) if err else "")
