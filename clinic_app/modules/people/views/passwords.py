"""The own password (自己的密码): forced after a one-time code, or changed by choice."""

from flask import Response, g, request

from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.modules.people import forms, services
from clinic_app.modules.people.views import blueprint, browser_facts
from clinic_app.modules.people.views.sign_in import begin, side
from clinic_app.web import browser, pages
from clinic_app.web.access import PUBLIC, SESSION, SIGNED_IN, access, of_endpoint
from clinic_app.web.commands import known_fields

FIRST_PASSWORD = "people.first_password"


def _has_no_password() -> bool:
    """Came by a one-time code: the account has no roles until its own password is set."""
    return g.session is not None and g.session.actor is not None and not g.session.actor.roles


@blueprint.before_app_request
def own_password_first() -> Response | None:
    """Whoever came by a one-time code gets no further than the page that asks for an own password.

    With no password to unlock by, a locked one ends, and the code is asked again.
    """
    if not _has_no_password() or request.endpoint in (None, "static"):
        return None
    if g.session.is_locked:
        services.sign_out(g.session)
        g.session = None
        browser.drop(browser.SESSION_COOKIE)
        return pages.see("/sign-in")
    if request.endpoint in (FIRST_PASSWORD, "people.set_first_password"):
        return None
    wanted = of_endpoint(request.endpoint)
    if wanted is not None and wanted.right == PUBLIC and request.endpoint not in ("people.sign_in", "people.switch"):
        return None
    return pages.see("/first-password")


@blueprint.get("/first-password")
@access(SIGNED_IN)
def first_password() -> Response:
    return _page() if _has_no_password() else pages.see("/password")


@blueprint.post("/first-password")
@access(SIGNED_IN, writes=SESSION)
def set_first_password() -> Response:
    known_fields("password", "again", "pin")
    if not _has_no_password():
        return pages.see("/password")
    return _take(None)


@blueprint.get("/password")
@access(SIGNED_IN)
def password() -> Response:
    return _page()


@blueprint.post("/password")
@access(SIGNED_IN, writes=SESSION)
def set_password() -> Response:
    """Change the own password or PIN: the current one is asked again, all other sessions of the person end."""
    known_fields("current", "password", "again", "pin")
    if g.session.is_locked:
        return pages.see("/locked")
    return _take(request.form.get("current", ""))


def _take(current: str | None) -> Response:
    try:
        form = forms.read_password(request.form)
        begun = services.take_own_password(
            g.session, form.password, form.pin, current=current, place=browser_facts.place()
        )
    except Invalid as err:
        return _page(err.refusals)
    except Refused as err:
        if err.next_url:
            raise
        at_current = err.code in ("people.wrong_password", "people.wait") and current is not None
        return _page({"current" if at_current else err.field or "password": err})
    return begin(begun, "/")


def _page(refusals: dict[str, Refused] | None = None) -> Response:
    return pages.page(
        "people/password.html",
        status=422 if refusals else 200,
        refusals=refusals or {},
        is_first=_has_no_password(),
        **side(),
    )
