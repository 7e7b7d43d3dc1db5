"""A small server for browser tests: the real layout, style and script around a test page, and scripted answers."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from playwright.sync_api import Page

from clinic_app.kernel.money import yuan
from clinic_app.kernel.printing import PRACTICE_MARK

WEB = Path(__file__).resolve().parents[2] / "clinic_app" / "web"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8"}


def environment(pages: dict[str, str]) -> Environment:
    """The product's templates with the globals and whitespace rules of the running application."""
    env = Environment(
        loader=ChoiceLoader([DictLoader(pages), FileSystemLoader(WEB / "templates")]),
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )
    env.filters["yuan"] = yuan
    env.globals.update(
        _=lambda text: text, csrf_token=lambda: "token-1", new_once=lambda: "once-1",
        asset=lambda name: f"/static/{name}", practice_mark=PRACTICE_MARK,
    )
    return env


def context(**more: Any) -> dict[str, Any]:
    """What every page of a signed-in person gets."""
    return {
        "lang": "zh-CN", "clinic": SimpleNamespace(name="青溪镇中心卫生院", is_practice=True, code="QX01"),
        "me": SimpleNamespace(name="李志远", initial="李", roles_text="医生", desk_name="二诊室"),
        "menu": [{"label": "门诊", "url": "/page", "key": "Alt+1", "current": True}],
        "chips": [{"text": "在线", "state": "ok", "url": "/sync"}], "other_langs": [("en", "English")],
        "clock_in_doubt": False, "idle_seconds": 900, "toast": "",
    } | more


class Handler(BaseHTTPRequestHandler):
    page: ClassVar[str] = ""
    answers: ClassVar[dict[str, Any]] = {}
    seen: ClassVar[list[tuple[str, str, dict[str, list[str]], str | None]]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/page":
            self.reply(200, self.page)
        elif url.path.startswith("/static/"):
            file = WEB / "static" / url.path.removeprefix("/static/")
            self.reply(200, file.read_bytes(), {"Content-Type": TYPES[file.suffix]})
        else:
            self.act("GET", url.path, parse_qs(url.query, keep_blank_values=True))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.act("POST", urlsplit(self.path).path, parse_qs(body, keep_blank_values=True))

    def act(self, method: str, path: str, fields: dict[str, list[str]]) -> None:
        self.seen.append((method, path, fields, self.headers.get("X-CSRF")))
        answer = self.answers.get(path, (204, "", {}))
        status, text, headers = answer(fields) if callable(answer) else answer
        self.reply(status, text, {k: v if isinstance(v, str) else json.dumps(v) for k, v in headers.items()})

    def reply(self, status: int, body: str | bytes, headers: dict[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        usual = {"Content-Type": TYPES[".html"], "Content-Length": str(len(data))}
        for name, value in (usual | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        """Quiet: the test's own failure says what happened."""


@contextmanager
def serving(page: str, answers: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The address of a running server and the list of calls that it received."""
    handler = type("PageHandler", (Handler,), {"page": page, "answers": answers, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def calls(seen: list[Any], path: str) -> list[dict[str, list[str]]]:
    return [fields for _method, where, fields, _csrf in seen[0] if where == path]


def wait_for(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + 5
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.02)
    assert found
    return found


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))
