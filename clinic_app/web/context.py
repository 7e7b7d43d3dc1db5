"""What every template may use."""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException

from clinic_app.kernel import clock, condition, i18n, money, printing
from clinic_app.kernel.rights import Actor
from clinic_app.web import drawing
from clinic_app.web.security import csrf_token

STATIC = Path(__file__).parent / "static"
LANGUAGE_NAMES = {"zh-CN": "中文", "en": "English"}


def new_once() -> str:
    """A fresh command key for one form."""
    return secrets.token_urlsafe(18)


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """The URL of a static file, with its content's hash so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


ROLE_NAMES = {
    "registrar": "挂号员",
    "doctor": "医生",
    "village_doctor": "村医",
    "nurse": "护士",
    "pharmacist": "药师",
    "cashier": "收费员",
    "manager": "院长",
    "administrator": "管理员",
    "auditor": "审计员",
    "technician": "设备员",
    "security_officer": "安全员",
}


class Me:
    """The signed-in person as the top bar shows them."""

    def __init__(self, actor: Actor):
        self.name = actor.name
        self.initial = actor.name[:1]
        held = [name for role, name in ROLE_NAMES.items() if role in actor.roles]
        self.roles_text = "、".join(i18n.pgettext("role", name) for name in held)
        self.desk_name = actor.desk_name


def wants_whole_page() -> bool:
    """Asked for by the browser, or by htmx for the whole <body>, which has no id and so is named by no header."""
    sent = request.headers
    return not sent.get("HX-Request") or bool(sent.get("HX-Boosted")) or not sent.get("HX-Target")


def install(app: Flask) -> None:
    env = app.jinja_env
    env.globals.update(
        _=i18n.gettext,
        gettext=i18n.gettext,
        pgettext=i18n.pgettext,
        ngettext=i18n.ngettext,
        csrf_token=csrf_token,
        new_once=new_once,
        asset=asset,
        LANGUAGE_NAMES=LANGUAGE_NAMES,
        practice_mark=printing.PRACTICE_MARK,
    )
    env.filters.update(
        yuan=money.yuan, price=money.price, hm=_clock_time, day_time=clock.local_text, refusal=i18n.refusal
    )
    app.context_processor(_of_request)
    drawing.install(app)


def _clock_time(at_ms: int) -> str:
    return clock.local(at_ms).strftime("%H:%M")


def _page_of_address() -> str | None:
    """The page whose address was asked for: a form that comes back refused stands where its page stood in the menu."""
    if request.method == "GET":
        return request.endpoint
    try:
        return str(current_app.create_url_adapter(request).match(method="GET")[0])  # type: ignore[union-attr]
    except HTTPException:
        return request.endpoint


def _of_request() -> dict[str, Any]:
    """What every template is given; only a whole page has a top bar, bars and a toast."""
    session = g.get("session")
    actor = session.actor if session else None
    language = i18n.current()
    values = {
        "clinic": current_app.config["CLINIC"](),
        "lang": language,
        "may": actor.may if actor else (lambda _right: False),
    }
    if g.get("is_piece"):
        return values
    toast = getattr(session, "toast", "") if session and wants_whole_page() else ""
    if toast:  # for the next page: a poll or a sum that comes between must not swallow it
        session.toast = ""
    if actor:
        from clinic_app.web.status import current_chips

        chips = current_chips()
    else:
        chips = []
    return values | {
        "me": Me(actor) if actor else None,
        "chips": chips,
        "menu": current_app.config["MENU"](actor, _page_of_address()) if actor else [],
        "other_langs": [(code, name) for code, name in LANGUAGE_NAMES.items() if code != language],
        "clock_in_doubt": clock.clock.in_doubt,
        "condition": condition.standing(),
        "idle_seconds": current_app.config["IDLE_MS"]() // 1000,
        "toast": toast,
    }
