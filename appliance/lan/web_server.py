"""The web server as the LAN needs it: listeners for the relay, opened and closed by the thread that serves."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from appliance.lan.upstream import Application, UpstreamServer

TURN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports of the relay's connections: what came by TLS, and what came plain where that is allowed."""

    tls: int
    plain: int | None


class WebServer:
    """Knows the waitress server once it is made; until then nothing can be opened."""

    def __init__(self) -> None:
        self._application: Application | None = None
        self._server: Any = None
        self._serving = threading.Event()
        self.upstreams: list[UpstreamServer] = []

    def use(self, server: Any, application: Application) -> None:
        """This server begins to serve the application."""
        self._server, self._application = server, application
        self._serving.set()

    def wait_until_serving(self) -> None:
        self._serving.wait()

    def open(self, word: str, *, is_plain: bool, only: Application | None = None) -> Ports:
        """Listen for the relay; safe from any thread. With `only` no other application of the site answers there:
        what stands in for the clinic (first run, a page of repair) is for this PC alone.
        """
        site = self._application
        assert site is not None

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if only is not None and getattr(site, "application", None) is not only:
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            return site(environ, start)

        def make() -> Ports:
            self._end()  # of an opening that broke off
            tls = UpstreamServer(answer, word, "https", self._server)
            plain = UpstreamServer(answer, word, "http", self._server) if is_plain else None
            self.upstreams = [one for one in (tls, plain) if one is not None]
            return Ports(tls.port, plain.port if plain else None)

        return self._in_turn(make)

    def close(self) -> None:
        """No more connections of the relay; those that are there go on."""

        self._in_turn(self._end)

    def _end(self) -> None:
        for one in self.upstreams:
            one.del_channel()
            one.socket.close()
        self.upstreams = []

    def _in_turn(self, act: Callable[[], Any]) -> Any:
        """Let the serving thread do it: its table of sockets is nobody else's."""
        done, result, fault = threading.Event(), [], []

        def turn() -> None:
            try:
                result.append(act())
            except Exception as err:
                fault.append(err)
            done.set()

        self._server.trigger.pull_trigger(turn)
        if not done.wait(TURN_SECONDS):
            raise TimeoutError("the web server did not take its turn")
        if fault:
            raise fault[0]
        return result[0]
