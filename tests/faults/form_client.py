"""A browser of few words: cookies, hidden fields, forms; and a user who hangs up before the answer comes."""

import http.client
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

SECONDS = 10.0
PAGE_OF_EVERYBODY = "/printing/jobs"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def is_replay(self) -> bool:
        return self.headers.get("replayed") == "1"


class NoAnswer(Exception):
    """The server is not there, or died, or was not waited for."""


class HungUp(NoAnswer):
    """The form went out and nobody waited for the answer."""


class FormClient:
    """One signed-in browser; `sign_in` again after the server forgot it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def sign_in(self, staff_no: str, password: str) -> None:
        """Raises NoAnswer, or AssertionError when the server refuses."""
        self.cookies.pop("session", None)
        page = self.get("/sign-in")
        form = {"csrf": field_of(page.text, "csrf"), "staff_no": staff_no, "password": password, "next": "/"}
        answer = self._send("POST", "/sign-in", urlencode(form))
        assert answer.status == 303, f"{staff_no} is not let in: {answer.status}"
        self.csrf = ""

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None)

    def post(
        self, path: str, fields: Iterable[tuple[str, str]], *, once: str = "", fragment: bool = False,
        hang_up: bool = False,
    ) -> Answer:  # fmt: skip
        """Post a form under a command key, or a draft; with `hang_up` nobody waits for the answer: HungUp."""
        if not self.csrf:
            self.csrf = field_of(self.get(PAGE_OF_EVERYBODY).text, "csrf")
        body = urlencode([("csrf", self.csrf), *([("once", once)] if once else []), *fields])
        return self._send("POST", path, body, fragment=fragment, hang_up=hang_up)

    def _send(
        self, method: str, path: str, body: str | None, *, fragment: bool = False, hang_up: bool = False
    ) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if fragment:
            headers["HX-Request"] = "true"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, body, headers)
            if hang_up:
                raise HungUp
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        except (OSError, http.client.HTTPException) as err:
            raise NoAnswer(repr(err)) from err
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, text, {name.lower(): value for name, value in response.getheaders()})


def field_of(html: str, name: str) -> str:
    """The value of the first hidden field of that name."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    found = re.search(r'value="([^"]*)"', tag.group(0)) if tag else None
    assert found, f"no field {name}"
    return found.group(1)
