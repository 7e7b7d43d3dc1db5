"""Lock and unlock (锁屏, 解锁): by the overlay, which keeps the page, or by plain forms."""

import json

from flask import Response, g, make_response, request

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import services
from clinic_app.modules.people.views import blueprint, browser_facts
from clinic_app.modules.people.views.sign_in import side
from clinic_app.web import pages
from clinic_app.web.access import SESSION, SIGNED_IN, access
from clinic_app.web.commands import known_fields
from clinic_app.web.status import own_page


@blueprint.post("/lock")
@access(SIGNED_IN, writes=SESSION)
def lock() -> Response:
    """Alt+Shift+L, the padlock, or the pause that the page itself noticed."""
    services.lock_session(g.session)
    if request.headers.get("HX-Request"):
        return make_response("", 204)
    return pages.see("/locked")


@blueprint.get("/locked")
@access(SIGNED_IN, writes=SESSION)
def locked() -> Response:
    next_url = own_page(request.args.get("next", "/"))
    if not g.session.is_locked:
        return pages.see(next_url)
    return _page(next_url)


@blueprint.post("/unlock")
@access(SIGNED_IN, writes=SESSION)
def unlock() -> Response:
    """The same person shows password or PIN; the overlay gets 204 and keeps its page, a plain form goes to `next`."""
    known_fields("password", "next")
    next_url = own_page(request.form.get("next", "/"))
    try:
        services.unlock_session(g.session, request.form.get("password", ""), place=browser_facts.place())
    except Refused as err:
        if request.headers.get("HX-Request"):
            return make_response(i18n.refusal(err), 429 if err.code == "people.wait" else 422)
        return _page(next_url, err)
    if request.headers.get("HX-Request"):
        response = make_response("", 204)
        response.headers["HX-Trigger"] = json.dumps({"unlocked": {"csrf": g.session.csrf}})
        return response
    return pages.see(next_url)


def _page(next_url: str, refusal: Refused | None = None) -> Response:
    status = 200 if refusal is None else 429 if refusal.code == "people.wait" else 422
    return pages.page("people/locked.html", status=status, next_url=next_url, refusal=refusal, **side())
