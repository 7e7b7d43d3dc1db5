"""What a hostile program sends: any method, any header, any bytes, over a connection that is kept."""

import http.client
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

SECONDS = 15.0
FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, str] | list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """`status` 0: no answer came, and `body` says why."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """The last of that name, or nothing."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), "")

    @property
    def is_refused(self) -> bool:
        """4xx, or sent away to sign in, to unlock or to say why the chart is wanted."""
        away = self.header("location").partition("?")[0]
        return 400 <= self.status < 500 or (
            300 <= self.status < 400 and (away in ("/sign-in", "/locked") or away.endswith("/closed"))
        )


class Wire:
    """One browser's connection: its cookies go with each request unless others are given."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None, csrf: str = "") -> None:
        self.port, self.cookies, self.csrf = port, dict(cookies or {}), csrf
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: Fields = (), *, once: str = "", **headers: str) -> Answer:
        """A form with this session's token; `headers` with underscores for hyphens."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        own = [("csrf", self.csrf)] if self.csrf else []
        body = urlencode([*own, *([("once", once)] if once else []), *pairs], errors="surrogatepass")
        return self.send("POST", path, body.encode(), {"Content-Type": FORM, **headers})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        told = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.cookies and "Cookie" not in told:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for _ in range(2):  # a server may close a kept connection at any time
            fresh = self._connection is None
            answer = self._exchange(method, quote(path, safe="/%?&=:;@+,!$'()*~.-_#[]"), body, told)
            if answer.status or fresh:
                return answer
        return answer

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            self._connection.request(method, path, body, dict(headers))
            got = self._connection.getresponse()
            answer = Answer(got.status, tuple(got.getheaders()), got.read())
        except (OSError, http.client.HTTPException) as err:
            self.close()
            return Answer(0, (), f"{type(err).__name__}: {err}".encode())
        if got.will_close:
            self.close()
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def raw(port: int, sent: bytes, *, seconds: float = 3.0) -> list[Answer]:
    """Every answer to these bytes, until the server closes, or falls silent for that long."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
        with suppress(OSError):  # it may hang up in the middle of what it does not want
            line.sendall(sent)
        return parsed(_until_silent(line, seconds))


def _until_silent(line: socket.socket, seconds: float) -> bytes:
    got, until = b"", time.monotonic() + seconds
    line.settimeout(0.4 if seconds > 0.4 else seconds)
    while time.monotonic() < until:
        try:
            piece = line.recv(65536)
        except TimeoutError:
            if got:
                break
            continue
        except OSError:
            break
        if not piece:
            break
        got += piece
    return got


def parsed(stream: bytes) -> list[Answer]:
    """The answers in a stream of bytes; what is no HTTP is an answer of status 0 with those bytes."""
    found: list[Answer] = []
    while stream:
        head, mark, rest = stream.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if not mark or not words[0].startswith("HTTP/1.") or len(words) < 2 or not words[1].isdecimal():
            return [*found, Answer(0, (), stream)]
        headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        size = next((int(value) for name, value in headers if name.lower() == "content-length"), len(rest))
        found.append(Answer(int(words[1]), headers, rest[:size]))
        stream = rest[size:]
    return found
