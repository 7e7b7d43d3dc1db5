"""The one page for a PC that does not yet trust the clinic's authority: plain HTTP, its file and a word of help."""

import asyncio
import time
from typing import TYPE_CHECKING, cast

from appliance.lan.help_text import AUTHORITY_FILE, AUTHORITY_PATH, STYLE_SOURCE

if TYPE_CHECKING:
    from appliance.lan.relay import Relay

MOST_ASKED = 4096


class HelpVisitor(asyncio.Protocol):
    """One plain connection: one request, one of two answers, the end."""

    def __init__(self, relay: "Relay", address: str):
        self.relay, self.address = relay, address
        self.transport: asyncio.Transport | None = None
        self.arriving: asyncio.Task[None] | None = None
        self.is_proved = self.is_desk = self.is_cut = self.is_busy = False
        self.asked = bytearray()
        self.since = time.monotonic()
        self.deadline = self.since + relay.limits.head_seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.relay.joined(self)

    def data_received(self, data: bytes) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        self.asked += data
        if b"\r\n\r\n" not in self.asked and len(self.asked) < MOST_ASKED:
            return
        self.transport.write(self._answer())
        self.transport.close()

    def _answer(self) -> bytes:
        method, _, rest = bytes(self.asked[:200]).partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0].decode("ascii", "replace")
        if method not in (b"GET", b"HEAD"):
            return _answer("405 Method Not Allowed", "text/plain", b"", method)
        if path == AUTHORITY_PATH:
            name = f"Content-Disposition: attachment; filename={AUTHORITY_FILE}\r\n"
            return _answer("200 OK", "application/x-x509-ca-cert", self.relay.told.authority, method, name)
        found = "200 OK" if path == "/" else "404 Not Found"
        return _answer(found, "text/html; charset=utf-8", self.relay.told.page.encode(), method)

    def is_over(self, now: float) -> bool:
        return now > self.deadline

    def cut(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, _why: Exception | None) -> None:
        self.relay.left(self)


def _answer(status: str, kind: str, body: bytes, method: bytes, more: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Security-Policy: default-src 'none'; style-src {STYLE_SOURCE}\r\n"
        f"{more}\r\n"
    )
    return head.encode() + (b"" if method == b"HEAD" else body)
