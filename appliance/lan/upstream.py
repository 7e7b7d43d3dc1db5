"""Where the relay's connections come out: a second listener of the web server, on loopback, that believes the relay.

The first line of each connection names the relay's word and the browser's address; a connection without the word is
closed. What comes through is marked, so that nothing on the LAN is ever taken for this PC's own browser.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from appliance.lan.request_head import DESK_HEADER
from appliance.large_bodies import Channel

FROM_LAN, OF_A_DESK = "clinic.lan", "clinic.desk"
LONGEST_LINE = 128
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def marked(application: Application) -> Application:
    """The application, told of each request that it comes from the LAN; its answer tells whether of a desk."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ[FROM_LAN] = True

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told = [(DESK_HEADER, "1")] if environ.get(OF_A_DESK) else []
            return start(status, [*headers, *told], *rest)

        return application(environ, begin)

    return answer


class RelayChannel(Channel):
    """A connection of the relay: the address of the browser first, then HTTP."""

    line: bytes | None = b""

    def received(self, data: bytes) -> bool:
        if self.line is None:
            return bool(super().received(data))
        self.line += data
        line, found, rest = self.line.partition(b"\n")
        if not found:
            if len(self.line) > LONGEST_LINE:
                self.will_close = True
            return False
        word, _, address = line.partition(b" ")
        if not secrets.compare_digest(word, self.server.word) or not address:
            self.will_close = True
            return False
        self.line = None
        self.addr = (address.decode("ascii", "replace"), self.addr[1])
        return bool(super().received(rest)) if rest else True


class UpstreamServer(TcpWSGIServer):  # type: ignore[misc]  # waitress ships no types
    """Listens on a free loopback port; `scheme` is what the browser speaks: https through TLS."""

    channel_class = RelayChannel

    def __init__(self, application: Application, word: str, scheme: str, beside: Any):
        self.word = word.encode()
        old = beside.adj
        adj = Adjustments(
            host="127.0.0.1",
            port=0,
            url_scheme=scheme,
            ident="",
            threads=old.threads,
            max_request_body_size=old.max_request_body_size,
            max_request_header_size=old.max_request_header_size,
            channel_timeout=old.channel_timeout,
            connection_limit=old.connection_limit,  # counted over the sockets of both servers
            clear_untrusted_proxy_headers=True,
        )
        super().__init__(
            marked(application), beside._map, True, None, dispatcher=beside.task_dispatcher, adj=adj,
            sockinfo=adj.listen[0],
        )  # fmt: skip

    @property
    def port(self) -> int:
        return int(self.effective_port)
