"""The cookies of a browser: session token, visitor token before sign-in, desk, language."""

from flask import Response, current_app, g, request

from clinic_app.kernel import i18n, ports, sessions
from clinic_app.web.lan import is_from_lan, note_desk
from clinic_app.web.security import VISITOR_COOKIE

SESSION_COOKIE = "session"
DESK_COOKIE = "desk"
LANGUAGE_COOKIE = "language"
YEAR = 365 * 24 * 3600
TLS_PREFIX = "__Host-"  # browsers take such a cookie from this very host and over TLS only


def load_session() -> None:
    """Find who is at this browser; sets g.session, g.visitor and the language of the request."""
    token = cookie(SESSION_COOKIE)
    g.session = sessions.find(token) if token else None
    g.visitor = cookie(VISITOR_COOKIE)
    g.new_cookies = []
    if g.session is None:
        _be_visitor()
    language = g.session.language if g.session else cookie(LANGUAGE_COOKIE)
    i18n.use(language or current_app.config["LANGUAGE"])


def leave_session() -> None:
    """For this request nobody is signed in, whatever the cookie says."""
    g.session = None
    _be_visitor()


def _be_visitor() -> None:
    import secrets

    if len(g.visitor) < 20:
        g.visitor = secrets.token_urlsafe(24)
        g.new_cookies.append((VISITOR_COOKIE, g.visitor, None))


def cookie(name: str) -> str:
    """What this browser keeps under the name, or nothing."""
    return request.cookies.get(_kept_as(name), "")


def _kept_as(name: str) -> str:
    return TLS_PREFIX + name if request.is_secure else name


def own_desk() -> bytes | None:
    """The desk this browser is paired with: on this PC by choice, on the LAN by an administrator's code."""
    desks, token = ports.bound.desks, cookie(DESK_COOKIE)
    if desks is None or not token:
        return None
    if not is_from_lan():
        return desks.of_browser(token)
    desk_id = desks.of_lan_browser(token)
    if desk_id is not None:
        note_desk()
    return desk_id


def use_chosen_language(otherwise: str) -> None:
    """Where no clinic is open: the language of the address, which this browser keeps, or the one it kept before."""
    asked, g.new_cookies = request.args.get("lang", ""), []
    chosen = asked if asked in i18n.LANGUAGES else ""
    if chosen and request.method == "GET":  # forms carry the language of their page, which nobody need have chosen
        keep(LANGUAGE_COOKIE, chosen, max_age=YEAR)
    i18n.use(chosen or cookie(LANGUAGE_COOKIE) or otherwise)


def keep(name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie on this request's answer."""
    g.new_cookies.append((name, value, max_age))


def drop(name: str) -> None:
    g.new_cookies.append((name, "", 0))


def write_cookies(response: Response) -> Response:
    for name, value, max_age in getattr(g, "new_cookies", ()):
        response.set_cookie(
            _kept_as(name), value, max_age=max_age, httponly=True, samesite="Strict", secure=request.is_secure
        )
    return response
