"""The relay (中继): one port on the LAN, TLS to the browsers, loopback to the web server; a process of its own.

The first byte of a connection tells what it is: TLS crosses to the web server; plain HTTP gets the help page and the
authority's file, nothing else, unless the administrator allowed plain HTTP. On its standard input it is told, one line
of JSON each, where to listen and what changes; when that ends, so does the relay. Answers go to standard output.
"""

import asyncio
import contextlib
import errno
import json
import signal
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from appliance.lan.announce import Announcement
from appliance.lan.crossing import NO_SERVER, Browser, Upstream
from appliance.lan.help_page import HelpVisitor
from appliance.lan.limits import Limits, Visitors
from appliance.lan.port import listening_socket
from clinic_app.kernel.errors import Refused

ACCEPTED_AT_ONCE = 64
PAUSE_SECONDS = 0.2  # when the system has no more handles to give
SWEEP_SECONDS = 0.5
END_SECONDS = 8.0
TLS_FIRST_BYTE = b"\x16"


@dataclass
class Told:
    """What the server said: where it listens for us, under which word, and what the help page says."""

    port: int
    certificate: str
    upstream: int
    plain_upstream: int | None
    word: str
    page: str = ""
    authority: bytes = field(default=b"", repr=False)
    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


class Relay:
    """The open port and everybody who came through it."""

    def __init__(self, told: Told, limits: Limits | None = None):
        self.told, self.limits = told, limits or Limits()
        self.visitors = Visitors(self.limits)
        self.loop = asyncio.get_running_loop()
        self.listener = listening_socket(told.port)
        self.context = tls_context(told.certificate)
        self.open: set[Browser | HelpVisitor] = set()
        self.greeting: dict[socket.socket, tuple[str, float]] = {}
        self.refused = 0
        self._announcement = Announcement()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        self.loop.add_reader(self.listener, self._accept)
        self._keep(self._sweep())
        self.announce()

    def announce(self) -> None:
        """Tell the LAN the names and addresses as they are now."""
        self._keep(self._announcement.say(self.told.names, self.told.addresses, self.told.port))

    async def end(self) -> None:
        """Nobody new; whoever is being answered gets the answer, for some seconds."""
        self.loop.remove_reader(self.listener)
        self.listener.close()
        for sock in list(self.greeting):
            self._drop(sock)
        until = time.monotonic() + END_SECONDS
        while self.open and time.monotonic() < until:
            for one in [one for one in self.open if not one.is_busy]:
                one.cut()
            await asyncio.sleep(0.05)
        for one in list(self.open):
            one.cut()
        await self._announcement.end()

    def renew(self) -> None:
        """Use the certificate file as it is now, for who comes from now on."""
        self.context.load_cert_chain(self.told.certificate)

    def _keep(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                sock, place = self.listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as err:
                if err.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    self.loop.remove_reader(self.listener)
                    self.loop.call_later(PAUSE_SECONDS, self.loop.add_reader, self.listener, self._accept)
                return
            self._admit(sock, place[0])

    def _admit(self, sock: socket.socket, address: str) -> None:
        is_admitted = self.visitors.admit(address)
        if is_admitted and self._is_full() and not self._make_room():
            self.visitors.left(address, was_proved=False)
            is_admitted = False
        if not is_admitted:
            self.refused += 1
            sock.close()
            return
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.greeting[sock] = (address, time.monotonic() + self.limits.greeting_seconds)
        self.loop.add_reader(sock, self._greeted, sock)

    def _is_full(self) -> bool:
        """Of connections, or of those of strangers: they share a part of the places, and of the server's time."""
        strangers = len(self.greeting) + sum(not one.is_desk and not one.is_cut for one in self.open)
        places = len(self.open) + len(self.greeting)
        return places >= self.limits.connections or strangers >= self.limits.strangers

    def _make_room(self) -> bool:
        """End a connection for a new one: of the address that has the most, so that a flood ends its own.

        Of those who has not greeted, then who has not sent a whole request, then who sent one and is no desk, of each
        the one that is quiet longest. A desk's is never ended: anybody can send whole requests.
        """
        most = self.visitors.open_of
        waiting = [((-most(address), 0, until), sock) for sock, (address, until) in self.greeting.items()]
        strangers = [
            ((-most(one.address), 1 + one.is_proved, one.since), one)
            for one in self.open if not one.is_desk and not one.is_cut
        ]  # fmt: skip
        found = min([*waiting, *strangers], key=lambda candidate: candidate[0], default=None)
        if found is None:
            return False
        if isinstance(found[1], socket.socket):
            self._drop(found[1])
        else:
            found[1].is_cut = True
            found[1].cut()
        return True

    def _drop(self, sock: socket.socket) -> str:
        """Forget a connection whose first byte did not come or cannot be had."""
        address, _until = self.greeting.pop(sock)
        self.loop.remove_reader(sock)
        sock.close()
        self.visitors.left(address, was_proved=False)
        return address

    def _greeted(self, sock: socket.socket) -> None:
        try:
            first = sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        if not first:
            self._drop(sock)
            return
        address, _until = self.greeting.pop(sock)
        self.loop.remove_reader(sock)
        self._keep(self._let_in(sock, address, is_tls=first == TLS_FIRST_BYTE))

    async def _let_in(self, sock: socket.socket, address: str, *, is_tls: bool) -> None:
        one: Browser | HelpVisitor
        if is_tls:
            one = Browser(self, address, self.told.upstream)
        elif self.told.plain_upstream is not None:
            one = Browser(self, address, self.told.plain_upstream)
        else:
            one = HelpVisitor(self, address)
        one.arriving = asyncio.current_task()
        self.open.add(one)
        patience = self.limits.greeting_seconds
        try:
            if is_tls:
                await self.loop.connect_accepted_socket(
                    lambda: one, sock, ssl=self.context, ssl_handshake_timeout=patience, ssl_shutdown_timeout=2.0
                )
            else:
                await self.loop.connect_accepted_socket(lambda: one, sock)
        except (OSError, asyncio.CancelledError):
            self.left(one)
        finally:
            one.arriving = None

    def joined(self, one: Browser | HelpVisitor) -> None:
        self.open.add(one)

    def left(self, one: Browser | HelpVisitor) -> None:
        if one in self.open:
            self.open.discard(one)
            self.visitors.left(one.address, was_proved=one.is_proved)

    def connect(self, browser: Browser) -> None:
        self._keep(self._connect(browser))

    async def _connect(self, browser: Browser) -> None:
        upstream = Upstream(browser)
        try:
            await self.loop.create_connection(lambda: upstream, "127.0.0.1", browser.upstream_port)
        except OSError:
            browser.refuse(NO_SERVER)
            return
        if browser not in self.open:
            upstream.hang_up()
            return
        upstream.write(f"{self.told.word} {browser.address}\n".encode())
        browser.arrived(upstream)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = time.monotonic()
            for sock in [one for one, (_address, until) in self.greeting.items() if now > until]:
                self._drop(sock)
            for one in [one for one in self.open if one.is_over(now)]:
                one.cut()
            self.visitors.forget_quiet()


def tls_context(certificate: str) -> ssl.SSLContext:
    """TLS 1.2 or newer with this key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 1
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate)
    return context


def run() -> int:
    """The relay process, until its standard input ends."""
    for asked in (signal.SIGINT, signal.SIGTERM):  # for the server, which ends this process when all is answered
        signal.signal(asked, signal.SIG_IGN)
    try:
        told = _told(json.loads("" if sys.stdin.isatty() else sys.stdin.readline()))
    except (ValueError, TypeError, KeyError) as err:  # started by a person
        raise Refused("lan.relay_by_hand") from err
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # the only loop with readers on Windows
        return runner.run(_serve(told))


def _told(given: dict[str, Any]) -> Told:
    return Told(**{**given, "authority": bytes.fromhex(given["authority"])})


async def _serve(told: Told) -> int:
    try:
        relay = Relay(told)
    except (OSError, ssl.SSLError) as err:
        _say(failed="port" if isinstance(err, OSError) and not isinstance(err, ssl.SSLError) else "certificate")
        return 1
    relay.start()
    asyncio.get_running_loop().set_exception_handler(_quietly)
    _say(listening=told.port)
    ended = asyncio.Event()
    threading.Thread(target=_listen, args=(relay, ended), daemon=True).start()
    await ended.wait()
    await relay.end()
    return 0


def _listen(relay: Relay, ended: asyncio.Event) -> None:
    """What the server says while the relay runs."""
    for line in sys.stdin:
        relay.loop.call_soon_threadsafe(_change, relay, json.loads(line))
    with contextlib.suppress(RuntimeError):  # the loop has ended by itself
        relay.loop.call_soon_threadsafe(ended.set)


def _change(relay: Relay, given: dict[str, Any]) -> None:
    for name in ("page", "addresses"):
        if name in given:
            setattr(relay.told, name, given[name])
    if "addresses" in given:
        relay.announce()
    if given.get("renew"):
        relay.renew()
    if given.get("counts"):
        _say(open=len(relay.open), refused=relay.refused)


def _quietly(loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    """A client that breaks off in the middle of TLS is no event; anything else is told as usual."""
    if not isinstance(about.get("exception"), OSError):
        loop.default_exception_handler(about)


def _say(**what: object) -> None:
    with contextlib.suppress(OSError):
        print(json.dumps(what), flush=True)
