"""What guards every request and answer: Host, origin, CSRF, sizes, headers."""

import hashlib
import hmac
import secrets
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

from clinic_app.kernel.errors import Denied
from clinic_app.web.access import PUBLIC, of_endpoint
from clinic_app.web.lan import is_from_lan, lan_hosts

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
LARGEST_BODY = 4 * 1024 * 1024
VISITOR_COOKIE = "visitor"
_secret = secrets.token_bytes(32)  # for forms shown before sign-in; they do not outlive the process


def visitor_csrf() -> str:
    """The token of a form shown to somebody not signed in: bound to a random cookie, stored nowhere."""
    return hmac.new(_secret, g.visitor.encode(), hashlib.sha256).hexdigest()


def csrf_token() -> str:
    return g.session.csrf if g.session is not None else visitor_csrf()


def check_host(app: Flask) -> None:
    host = _part_of(f"//{request.host}", "hostname")
    allowed = lan_hosts() if is_from_lan() else app.config["HOSTS"]
    if host.lower() not in allowed and f"[{host.lower()}]" not in allowed:
        abort(421)


@lru_cache(maxsize=256)
def _part_of(address: str, part: str) -> str:
    """A part of what a browser claims to be an address; empty when it is none."""
    try:
        return getattr(urlsplit(address), part) or ""
    except ValueError:
        return ""


def check_origin() -> None:
    """A post must come from our own page: Sec-Fetch-Site or Origin, then the token."""
    if request.method in ("GET", "HEAD"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site not in (None, "same-origin", "none"):
        raise Denied("form.cross_site")
    origin = request.headers.get("Origin")
    if origin is not None and _part_of(origin, "netloc") != request.host:
        raise Denied("form.cross_site")
    if None in request.form or None in request.files:  # a part of a multipart body that has no name
        abort(400)
    given = request.headers.get("X-CSRF") or request.form.get("csrf", "")
    wanted = of_endpoint(request.endpoint)
    tokens = [csrf_token()] if g.session is not None or wanted is None or wanted.right != PUBLIC else [visitor_csrf()]
    if not any(hmac.compare_digest(given.encode(), token.encode()) for token in tokens):
        raise Denied("form.expired")


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CSP
    headers["X-Content-Type-Options"] = "nosniff"
    # not no-referrer: with it browsers post `Origin: null`, and check_origin could not tell our own forms from others
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if "Cache-Control" not in headers or request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    if request.endpoint == "static" and request.args.get("v"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if response.status_code >= 400 and request.headers.get("HX-Request"):
        headers["HX-Push-Url"] = "false"  # the page stays where it is, so a reload shows it again
    if getattr(g, "replayed", False):
        headers["Replayed"] = "1"
    return response
