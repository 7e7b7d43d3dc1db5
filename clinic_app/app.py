"""create_app(config): the only wiring of Flask."""

import contextlib
import importlib
import logging
import time
from functools import lru_cache
from typing import Any

from flask import Flask, Response, g, request, url_for
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import clock, db, installation, parameters
from clinic_app.kernel.manifest import Module
from clinic_app.kernel.rights import Actor
from clinic_app.web import access, browser, context, errors, htmx, pairing, security, status

log = logging.getLogger("clinic.web")
access_line = logging.getLogger("clinic.access")


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates on disk; a full or read-only disk costs time, never the page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


LAST_SURE = 3
"""As many menu entries fit beside the chips in any language; the one that is open stands there at the latest."""


class IdConverter(BaseConverter):
    """Record ids in URLs: 32 hex digits, 16 bytes in Python; anything else is no URL of ours."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> bytes:
        return bytes.fromhex(value)

    def to_url(self, value: Any) -> str:
        if not isinstance(value, bytes) or len(value) != 16:
            raise ValidationError
        return value.hex()


class RowConverter(IntegerConverter):
    """Row numbers in URLs: what fits a column; a larger number is no URL of ours."""

    def __init__(self, *given: Any, **limits: Any):
        super().__init__(*given, **{"max": 2**63 - 1, **limits})


def create_app(config: Config, modules: list[Module] | None = None) -> Flask:
    """The clinic's web application over the database that is open; `modules` are those `registry.wire` returned."""
    wired = registry.wire(config) if modules is None else modules
    app = Flask("clinic_app", static_folder="web/static", template_folder="web/templates")
    app.select_jinja_autoescape = lambda name: name is None or name.endswith((".html", ".j2"))  # type: ignore[method-assign]
    app.config.update(
        MAX_CONTENT_LENGTH=security.LARGEST_BODY,
        HOSTS=frozenset(config.hosts),
        LANGUAGE=config.language,
        CLINIC=installation.current,
        IDLE_MS=lambda: parameters.value("kernel.idle_seconds", clock.today()) * 1000,
        MENU=_menu_of(wired),
        CHIPS=[module.chips for module in wired if module.chips],
        TODO=[module.todo for module in wired if module.todo],
        TILES=[module.tiles for module in wired if module.tiles],
    )
    app.url_map.converters.update(id=IdConverter, int=RowConverter)
    app.url_map.strict_slashes = False
    app.jinja_env.auto_reload = False
    cache = config.data / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = TemplateCache(str(cache))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    htmx.install(app)
    errors.install(app)
    context.install(app)
    app.before_request(_begin)
    app.before_request(lambda: security.check_host(app))
    app.before_request(browser.load_session)
    app.before_request(pairing.check_pairing)
    app.before_request(security.check_origin)
    app.before_request(access.check_access)
    app.after_request(browser.write_cookies)
    app.after_request(security.add_headers)
    app.after_request(_write_access_line)
    app.teardown_request(_end)
    app.register_blueprint(status.blueprint)
    for module in wired:
        if module.blueprint:
            package, name = module.blueprint.split(":")
            app.register_blueprint(getattr(importlib.import_module(package), name))
    return app


def _begin() -> None:
    db.begin_work()
    g.began = time.perf_counter()
    g.session = None
    g.visitor = ""


def _end(_err: BaseException | None) -> None:
    if db.end_work():
        log.error("a transaction was left open by %s and is rolled back", request.endpoint)


def _write_access_line(response: Response) -> Response:
    """One line a request: endpoint, not address, so that no id or name ever stands in a log."""
    if request.endpoint != "static":
        spent = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
        code = g.get("refusal_code", "")
        access_line.info("%s %s %d %.1fms %s", request.method, request.endpoint, response.status_code, spent, code)
    return response


def _menu_of(wired: list[Module]) -> Any:
    every = [item for module in wired for item in module.menu]
    items = sorted(every, key=lambda item: (not item.leads, not item.is_first))
    belongs = {page: entry for module in wired for page, entry in module.belongs.items()}

    @lru_cache
    def address(endpoint: str) -> str:
        """No entry of the menu has parts that vary, so its address is worked out once."""
        return url_for(endpoint)

    def menu(actor: Actor, endpoint: str | None) -> list[dict[str, Any]]:
        """The top bar of a person: daily work first, then registry order; Alt+1.. in that order, wherever it stands."""
        from clinic_app.kernel.i18n import pgettext

        seen = [item for item in items if actor.may(item.right)]
        here = _entry_of(seen, endpoint, belongs.get(endpoint or "", ""))
        entries = [
            {
                "label": pgettext("menu", item.label),
                "url": address(item.endpoint),
                "endpoint": item.endpoint,
                "icon": item.icon,
                "key": f"Alt+{place}" if place <= 9 else "",
                "current": item.endpoint == here,
            }
            for place, item in enumerate(seen, 1)
        ]
        at = next((place for place, entry in enumerate(entries) if entry["current"]), 0)
        if at > LAST_SURE:
            entries.insert(LAST_SURE, entries.pop(at))
        return entries

    return menu


def _entry_of(seen: list[Any], endpoint: str | None, above: str) -> str:
    """The menu entry that a page belongs to: itself, else `above` if it is seen, else the first of its subject."""
    subject = (endpoint or "").split(".")[0]
    entries = [item.endpoint for item in seen]
    if endpoint in entries or above in entries:
        return str(endpoint if endpoint in entries else above)
    return next((entry for entry in entries if entry.split(".")[0] == subject), "")
