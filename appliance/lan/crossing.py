"""One connection through the relay: a browser on the LAN on one side, the web server on loopback on the other.

Nothing is sent on before a whole request head is there, so that slow or broken clients never reach the web server.
"""

import asyncio
import time
from typing import TYPE_CHECKING, cast

from appliance.lan.request_head import DESK_HEADER, END, UNTIL_CLOSED, Head

if TYPE_CHECKING:
    from appliance.lan.relay import Relay

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NO_SERVER = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NEVER = float("inf")
OF_A_DESK = f"\r\n{DESK_HEADER}: 1".lower().encode()
QUIET_SECONDS = 0.3  # between two pieces of one answer


class Browser(asyncio.Protocol):
    """The side of the LAN."""

    def __init__(self, relay: "Relay", address: str, upstream_port: int):
        self.relay, self.address, self.upstream_port = relay, address, upstream_port
        self.transport: asyncio.Transport | None = None
        self.server: Upstream | None = None
        self.arriving: asyncio.Task[None] | None = None  # the TLS handshake
        self.is_connecting = False
        self.is_proved = False  # one whole request has come
        self.is_desk = False  # and it was answered as that of a paired browser
        self.is_cut = False
        self.is_asking = False  # a request was sent on and nothing of its answer has come
        self.head = Head(bytearray())
        self.body_left = 0
        self.waiting = bytearray()  # for the connection to the web server
        self.since = time.monotonic()  # when it last did something
        self.deadline = self.since + relay.limits.greeting_seconds
        self.unsent = 0
        self.taking_since = self.since

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.deadline = time.monotonic() + self.relay.limits.head_seconds
        self.relay.joined(self)

    def data_received(self, data: bytes) -> None:
        now = self.since = time.monotonic()
        while data:
            if self.body_left == 0:
                data = self._take_head(data, now)
            elif self.body_left == UNTIL_CLOSED:
                self._forward(data)
                return
            else:
                part, data = data[: self.body_left], data[self.body_left :]
                self.body_left -= len(part)
                self._forward(part)
                if not self.body_left:
                    self.deadline = NEVER

    def _take_head(self, data: bytes, now: float) -> bytes:
        if not self.head.text:
            data = data.lstrip(b"\r\n")  # what old browsers leave after a form
            if not data:
                return b""
            self.deadline = now + self.relay.limits.head_seconds
        used = self.head.take(data)
        whole = len(self.head.text) if used is None else self.head.text.find(END) + len(END)
        if whole > self.relay.limits.head_bytes:
            self.refuse(TOO_LONG)
            return b""
        if used is None:
            return b""
        if not self.is_proved:
            self.is_proved = True
            self.relay.visitors.proved(self.address)
        self.body_left = self.head.body_bytes()
        text = bytes(self.head.text[: len(self.head.text) - (len(data) - used)])
        self.head.text.clear()
        limits = self.relay.limits
        patience = limits.body_seconds + max(self.body_left, 0) / limits.slowest_body
        self.deadline = now + min(patience, limits.longest_body_seconds) if self.body_left else NEVER
        self.is_asking = True
        self._forward(text)
        return data[used:]

    def _forward(self, data: bytes) -> None:
        if self.server is not None:
            self.server.write(data)
            return
        self.waiting += data
        if not self.is_connecting:
            self.is_connecting = True
            self.relay.connect(self)
        if len(self.waiting) > self.relay.limits.head_bytes * 2 and self.transport is not None:
            self.transport.pause_reading()

    def arrived(self, server: "Upstream") -> None:
        """The connection to the web server stands: what waited goes first."""
        self.server = server
        server.write(bytes(self.waiting))
        self.waiting.clear()
        if self.transport is not None:
            self.transport.resume_reading()

    def refuse(self, answer: bytes) -> None:
        """Say why and hang up; what comes after is not read."""
        if self.transport is None:
            return
        self.transport.pause_reading()
        if self.server is None or not self.is_proved:
            self.transport.write(answer)
        self.transport.close()
        self.deadline = time.monotonic() + 2.0

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        elif self.arriving is not None:
            self.arriving.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether a request is coming in or an answer going out."""
        if self.transport is None or self.is_asking or self.body_left or self.head.text:
            return self.transport is not None
        return bool(self.transport.get_write_buffer_size()) or time.monotonic() - self.since < QUIET_SECONDS

    def is_over(self, now: float) -> bool:
        """Whether it used up its time: it says so itself where that may still be heard, else it is to be cut."""
        limits, unsent = self.relay.limits, 0
        if self.transport is not None:
            unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent < self.unsent:
            self.taking_since = now
        self.unsent = unsent
        if now - self.taking_since > limits.stalled_seconds:
            return True
        if now > self.deadline:
            if self.head.text and self.transport is not None and not self.transport.is_closing():
                self.refuse(TOO_SLOW)
                return False
            return True
        return now - self.since > (limits.answer_seconds if self.is_asking else limits.idle_seconds)

    def pause_writing(self) -> None:
        if self.server is not None:
            self.server.pause()

    def resume_writing(self) -> None:
        if self.server is not None:
            self.server.resume()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, _why: Exception | None) -> None:
        if self.server is not None:
            self.server.hang_up()
        self.relay.left(self)


class Upstream(asyncio.Protocol):
    """The side of the web server."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        browser = self.browser
        browser.since = time.monotonic()
        if browser.is_asking and not browser.is_desk:
            browser.is_desk = OF_A_DESK in data.partition(END)[0].lower()
        browser.is_asking = False
        if browser.transport is not None:
            browser.transport.write(data)

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def pause(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        if self.browser.transport is not None and not self.browser.transport.is_closing():
            self.browser.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.browser.transport is not None and not self.browser.transport.is_closing():
            self.browser.transport.resume_reading()

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def connection_lost(self, _why: Exception | None) -> None:
        browser = self.browser
        if browser.transport is not None:
            browser.transport.close()
            browser.deadline = min(browser.deadline, time.monotonic() + browser.relay.limits.body_seconds)
