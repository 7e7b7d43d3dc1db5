"""Serving on loopback with waitress; SIGTERM finishes the requests at hand."""

import signal
import threading
from collections.abc import Callable
from typing import Any

from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from clinic_app.web.security import LARGEST_BODY

AT_ONCE = 2
PATIENCE_SECONDS = 0.25


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
        return woken

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


def serve(site: Site, port: int, threads: int, ready: Callable[[], None]) -> None:
    """Answer on 127.0.0.1 until SIGTERM or Ctrl+C, then finish what is being answered."""
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
        channel_timeout=60,
        clear_untrusted_proxy_headers=True,
    )

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
    ready()
    server.run()
