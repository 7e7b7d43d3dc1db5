"""The cookies of a browser: session token, visitor token before sign-in, desk, language."""

from flask import Response, current_app, g, request

from clinic_app.kernel import i18n, sessions
from clinic_app.web.security import VISITOR_COOKIE

SESSION_COOKIE = "session"
DESK_COOKIE = "desk"
LANGUAGE_COOKIE = "language"
YEAR = 365 * 24 * 3600


def load_session() -> None:
    """Find who is at this browser; sets g.session, g.visitor and the language of the request."""
    import secrets

    token = request.cookies.get(SESSION_COOKIE, "")
    g.session = sessions.find(token) if token else None
    g.visitor = request.cookies.get(VISITOR_COOKIE) or ""
    g.new_cookies = []
    if g.session is None and len(g.visitor) < 20:
        g.visitor = secrets.token_urlsafe(24)
        g.new_cookies.append((VISITOR_COOKIE, g.visitor, None))
    language = g.session.language if g.session else request.cookies.get(LANGUAGE_COOKIE, "")
    i18n.use(language or current_app.config["LANGUAGE"])


def keep(name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie on this request's answer."""
    g.new_cookies.append((name, value, max_age))


def drop(name: str) -> None:
    g.new_cookies.append((name, "", 0))


def write_cookies(response: Response) -> Response:
    for name, value, max_age in getattr(g, "new_cookies", ()):
        response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="Strict", secure=request.is_secure)
    return response
