"""Serving on loopback with waitress; SIGTERM finishes the requests at hand."""

import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from appliance.lan.web_server import WebServer
from appliance.large_bodies import Channel
from clinic_app.web.security import LARGEST_BODY

FINISH_SECONDS = 8.0
IDLE_SECONDS = 0.15  # what had reached this PC has been read by then
AT_ONCE = 2
PATIENCE_SECONDS = 0.25
CONNECTIONS = 400
"""Open at once: two hundred that never finish their request keep nobody out; where there is only `select`, the
system allows 512."""


class Site:
    """A WSGI callable whose application can be exchanged once, from first run to clinic.

    Two requests work at a time, one of them usually waiting for the disk: more would take the interpreter from the one
    that holds the write lock, at each of its statements. A request that waited long goes ahead: a slow one is no queue.
    """

    def __init__(self, application: Callable[..., Any]):
        self.application = application
        self._turns = threading.Semaphore(AT_ONCE)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        had_turn = self._turns.acquire(timeout=PATIENCE_SECONDS)
        try:
            return self.application(environ, start_response)
        finally:
            if had_turn:
                self._turns.release()


class NewestFirst(threading.Condition):
    """Wakes the thread that waited least: its connection still has the pages and statements of the last request."""

    def __init__(self, lock: Any) -> None:
        super().__init__(lock)
        self._idle: list[threading.Lock] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Until `notify` chooses this thread; the lock is held before and after."""
        mine = threading.Lock()
        mine.acquire()
        self._idle.append(mine)
        self.release()
        try:
            woken = mine.acquire(timeout=-1 if timeout is None else timeout)
        finally:
            self.acquire()
        if not woken and mine in self._idle:
            self._idle.remove(mine)
            return False
        return True  # also when it was chosen at the very moment its patience ended: the turn is not lost

    def notify(self, n: int = 1) -> None:
        for _ in range(min(n, len(self._idle))):
            self._idle.pop().release()

    def notify_all(self) -> None:
        self.notify(len(self._idle))


class NewestFirstDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress ships no types
    """The web server's threads, the warmest first."""

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = NewestFirst(self.lock)


def serve(
    site: Site,
    port: int,
    threads: int,
    ready: Callable[[], None],
    web: WebServer | None = None,
    before_end: Callable[[], None] = lambda: None,
) -> None:
    """Answer on 127.0.0.1 until SIGTERM or Ctrl+C, then finish what is being answered.

    Through `web` more listeners may be opened while it serves; `before_end` is called when the end begins.
    """
    dispatcher = NewestFirstDispatcher()
    dispatcher.set_thread_count(threads)
    server = create_server(
        site,
        _dispatcher=dispatcher,
        host="127.0.0.1",
        port=port,
        threads=threads,
        ident="",
        max_request_body_size=LARGEST_BODY + 65536,
        max_request_header_size=32768,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
        channel_timeout=60,
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = Channel

    ending = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        ending.set()  # nothing is raised: it would tear a request apart that is just being read
        server.pull_trigger()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    if web is not None:
        web.use(server, site)
    ready()
    while not ending.is_set():
        _turn(server, 1.0)
    before_end()
    _finish([server, *(web.upstreams if web is not None else ())])


def _turn(server: Any, seconds: float) -> None:
    server.asyncore.loop(timeout=seconds, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def _finish(servers: list[Any]) -> None:
    """No new connections; every request that has begun to come is answered to its last byte, within eight seconds.

    An answer now ends its connection, so that a browser that goes on asking is not served for ever.
    """
    first = servers[0]
    for _ in range(first.adj.backlog):  # connections made already and not yet taken up
        if not select.select([one.socket for one in servers], [], [], 0)[0]:
            break
        _turn(first, 0.0)
    for one in servers:
        one.del_channel()
        one.socket.close()
    until, idle_since = time.monotonic() + FINISH_SECONDS, {}
    while (open_now := _open(servers)) and (now := time.monotonic()) < until:
        for one in open_now:
            if one.requests or one.request or one.total_outbufs_len:
                idle_since.pop(one, None)
                for request in list(one.requests):
                    request.headers["CONNECTION"] = "close"
            elif now - idle_since.setdefault(one, now) >= IDLE_SECONDS:
                one.handle_close()
        _turn(first, 0.05)
    first.task_dispatcher.shutdown(timeout=1)


def _open(servers: list[Any]) -> list[Any]:
    return [channel for server in servers for channel in list(server.active_channels.values())]
