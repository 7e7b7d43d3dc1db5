"""A relay with limits of a test's own, in front of a real web server, both in this process."""

import asyncio
import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from appliance.lan import authority, files
from appliance.lan.authority import Authority
from appliance.lan.limits import Limits
from appliance.lan.relay import Relay, Told
from appliance.lan.web_server import WebServer
from appliance.server import CONNECTIONS

NAME, WORD = "xiangyi.local", "w" * 32
SECONDS = 5.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Says what it sees: address, scheme, whether from the LAN, bytes of the body; /big/N answers N bytes."""
    sent = len(environ["wsgi.input"].read())
    asked = environ["PATH_INFO"]
    told = f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']} {environ.get('clinic.lan')} {sent}".encode()
    if "desk=paired" in environ.get("HTTP_COOKIE", ""):
        environ["clinic.desk"] = True
    body = b"x" * int(asked[5:]) if asked.startswith("/big/") else told
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def web() -> Iterator[WebServer]:
    """The web server, whose loopback port for this PC nobody asks here."""
    server = create_server(
        echo, host="127.0.0.1", port=0, threads=2, connection_limit=CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
    )  # fmt: skip
    made, ending = WebServer(), threading.Event()
    made.use(server, echo)

    def serve() -> None:
        while not ending.is_set():
            server.asyncore.loop(timeout=0.2, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield made
    ending.set()
    server.pull_trigger()
    thread.join(5)
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)


@pytest.fixture(scope="session")
def trusted() -> Authority:
    return authority.make("青溪镇中心卫生院", "QX", (NAME,), ("127.0.0.1",), int(time.time() * 1000))


class Door:
    """The open port of a relay, and how one comes in."""

    def __init__(self, relay: Relay, trusted: Authority):
        self.relay, self.trusted, self.port = relay, trusted, relay.told.port

    def bare(self, address: str = "127.0.0.1") -> socket.socket:
        """A plain connection from an address of this PC."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS, source_address=(address, 0))

    def tls(self, address: str = "127.0.0.1", name: str = NAME) -> ssl.SSLSocket:
        """A connection through TLS that judges the certificate as strictly as it can."""
        context = ssl.create_default_context(cadata=self.trusted.der)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context.wrap_socket(self.bare(address), server_hostname=name)

    def do(self, act: Callable[[], Any]) -> Any:
        """In the relay's own thread."""
        done: list[Any] = []
        turned = threading.Event()

        def turn() -> None:
            done.append(act())
            turned.set()

        self.relay.loop.call_soon_threadsafe(turn)
        assert turned.wait(SECONDS)
        return done[0]

    def inside(self) -> int:
        return int(self.do(lambda: len(self.relay.open) + len(self.relay.greeting)))


@pytest.fixture
def door(web: WebServer, trusted: Authority, tmp_path: Path) -> Iterator[Callable[..., Door]]:
    """`door(limits..., is_plain=False)`: open one."""
    ends: list[Callable[[], None]] = []

    def make(*, is_plain: bool = False, **limits: Any) -> Door:
        files.store(tmp_path, files.SERVER, trusted.issue((NAME,), ("127.0.0.1",), int(time.time() * 1000)))
        ports = web.open(WORD, is_plain=is_plain)
        certificate = str(tmp_path / files.SERVER)
        told = Told(free_port(), certificate, ports.tls, ports.plain, WORD, "<p>help</p>", trusted.der)
        opened, ended = threading.Event(), asyncio.Event()
        kept: list[Relay] = []

        async def serve() -> None:
            kept.append(Relay(told, Limits(**limits)))
            kept[0].start()
            opened.set()
            await ended.wait()
            await kept[0].end()

        def run() -> None:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert opened.wait(SECONDS)

        def end() -> None:
            kept[0].loop.call_soon_threadsafe(ended.set)
            thread.join(15)

        ends.append(end)
        return Door(kept[0], trusted)

    yield make
    for end in ends:
        end()


def ask(line: socket.socket, text: bytes = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") -> bytes:
    """Send a request; the answer's body."""
    line.sendall(text)
    return answer(line)


def answer(line: socket.socket) -> bytes:
    """The body of the next answer; empty where the connection ended."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = line.recv(65536)
        if not piece:
            return b""
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length"))
    while len(body) < length:
        body += line.recv(65536)
    return body if b" 200 " in head[:20] else head


def seconds_until_cut(line: socket.socket) -> float:
    """How long until the other side hangs up; whatever it says before is read."""
    began = time.monotonic()
    line.settimeout(20)
    with contextlib.suppress(OSError):
        while line.recv(4096):
            pass
    return time.monotonic() - began
