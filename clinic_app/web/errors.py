"""How a refusal or a fault is shown: a sentence and a way on, never a trace; a fault has an incident number."""

import json
import logging
import secrets
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, make_response, redirect, request
from werkzeug.exceptions import HTTPException, InternalServerError

from clinic_app.kernel import db, i18n, maintenance
from clinic_app.kernel.errors import Denied, Invalid, Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.web.access import Locked, NotSignedIn

log = logging.getLogger("clinic.web")
STATUS = {Denied: 403, Missing: 404, Stale: 409}
HTTP_CODES = {404: "http.not_found", 405: "http.wrong_method", 413: "http.too_large", 421: "http.wrong_host"}


def install(app: Flask) -> None:
    app.register_error_handler(Refused, refused)
    app.register_error_handler(Invalid, invalid)
    app.register_error_handler(NotSignedIn, not_signed_in)
    app.register_error_handler(Locked, locked)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def refused(err: Refused) -> Response:
    """The sentence goes above the action bar; nothing that was typed is touched. A denied right leaves an audit row."""
    if isinstance(err, Denied) and g.session is not None and g.session.actor is not None:
        try:
            with unit_of_work(g.session.actor) as uow:
                uow.audit("rights.denied", route=request.endpoint or "", code=err.code)
        except Exception:  # a full disk: it stays denied, and the log has it
            log.exception("a denied right could not be written to the audit trail: %s %s", request.endpoint, err.code)
    return _say(STATUS.get(type(err), 422), err.code, i18n.refusal(err), err.next_url)


def invalid(err: Invalid) -> Response:
    """Several fields at once, for a view that does not redraw its own form."""
    text = " ".join(i18n.refusal(one) for one in err.refusals.values())
    return _say(422, next(iter(err.refusals.values())).code, text, None)


def not_signed_in(_err: NotSignedIn) -> Response:
    if request.headers.get("HX-Request") or request.method != "GET":
        response = _say(401, "session.ended", i18n.refusal(Refused("session.ended")), "/sign-in")
        response.headers["HX-Trigger"] = json.dumps({"signedOut": True})
        return response
    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}", 303)


def locked(_err: Locked) -> Response:
    if request.headers.get("HX-Request") or request.method != "GET":
        response = _say(423, "session.locked", i18n.refusal(Refused("session.locked")), None)
        response.headers["HX-Trigger"] = json.dumps({"locked": True})
        response.headers["HX-Reswap"] = "none"
        return response
    return redirect(f"/locked?next={quote(request.full_path.rstrip('?'))}", 303)


def http_error(err: HTTPException) -> Response:
    if isinstance(err, InternalServerError):  # an answer to an error went wrong itself
        return unexpected(err.original_exception or err)
    code = HTTP_CODES.get(err.code or 500, "http.bad_request")
    return _say(err.code or 500, code, i18n.refusal(Refused(code)), None)


def unexpected(err: Exception) -> Response:
    """Shown with a number that stands in the log; nothing it needs can fail again."""
    if db.is_broken_off(err):  # so that the log does not fill the disk
        return _say(503, "kernel.read_too_long", i18n.refusal(Refused("kernel.read_too_long")), None)
    incident = secrets.token_hex(4).upper()
    log.error("incident %s in %s", incident, request.endpoint, exc_info=err)
    if db.is_damage(err):  # everybody must know, not only who stumbled over it
        maintenance.note_damage([str(err)])
    try:
        text = i18n.refusal(Refused("http.incident", incident=incident))
    except Exception:
        text = (
            f"出错了，已记下编号 {incident}。填的内容没有保存，可以再试一次。 / Incident {incident}: nothing was saved."
        )
    try:
        return _say(500, "http.incident", text, None)
    except Exception:
        return make_response((text, 500, {"Content-Type": "text/plain; charset=utf-8"}))


def _say(status: int, code: str, text: str, next_url: str | None) -> Response:
    g.refusal_code = code
    if request.headers.get("HX-Request"):
        response = make_response(_drawn("components/_refusal.html", text=text, code=code, next_url=next_url), status)
        response.headers["HX-Retarget"] = "#refusal"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    html = _drawn("layouts/error.html", text=text, code=code, status=status, next_url=next_url, lang=i18n.current())
    return make_response(html, status)


def _drawn(template: str, **values: Any) -> str:
    """Without the context of pages (menu, chips), which asks the database: that may be what has just failed."""
    return current_app.jinja_env.get_template(template).render(**values)
