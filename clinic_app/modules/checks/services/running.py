"""The check in the background (后台核对): off the web server's threads, one at a time, with its progress."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from clinic_app.kernel import db, invariants, maintenance
from clinic_app.kernel.clock import clock
from clinic_app.kernel.invariants import Result
from clinic_app.kernel.maintenance import Interruptible

log = logging.getLogger("clinic.checks")
READING, COUNTING, STORING = "reading", "counting", "storing"


@dataclass(frozen=True, slots=True)
class Progress:
    """Which run is under way, what it does, for how long; `share` in percent of the time that the last one took."""

    run_id: bytes
    step: str
    seconds: int
    share: int


class Runner:
    """Reads every page in use, then counts every invariant, in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._run_id = b""
        self._step = ""
        self._began_ms = 0
        self._usual_ms = 0
        self._is_stopping = False
        self._connection: Interruptible | None = None

    def progress(self) -> Progress | None:
        """The run under way, or None."""
        with self._lock:
            if self._thread is None:
                return None
            spent = clock.monotonic_ms() - self._began_ms
            share = min(95, 100 * spent // self._usual_ms) if self._usual_ms else 0
            return Progress(self._run_id, self._step, spent // 1000, share)

    def start(self, run_id: bytes, finish: Callable[[list[str], list[Result]], None]) -> None:
        """Begin unless one is under way; `finish(damaged pages, results)` is called from the thread."""
        with self._lock:
            if self._thread is not None:
                return
            self._run_id, self._step, self._began_ms = run_id, READING, clock.monotonic_ms()
            self._is_stopping = False
            self._thread = threading.Thread(target=self._run, args=(finish,), name="checks", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Until the run under way is through."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def stop(self, seconds: float) -> None:
        """Break off the run under way, before the database is closed; it counts as not got through."""
        thread, until = self._thread, clock.monotonic_ms() + int(seconds * 1000)
        while thread is not None and thread.is_alive() and clock.monotonic_ms() < until:
            with self._lock:
                self._is_stopping = True
                if self._connection is not None and self._step != STORING:
                    self._connection.interrupt()  # ends a statement that runs; the next one is caught next time
            thread.join(0.05)

    def _run(self, finish: Callable[[list[str], list[Result]], None]) -> None:
        try:
            with self._lock:
                self._connection = db.connection()
            damaged = db.damaged_pages()
            self._enter(COUNTING)
            maintenance.note_damage(damaged)
            found = invariants.results()
            self._enter(STORING)
            finish(damaged, found)
        except Exception:  # the page then says that the run did not get through; the log has the reason
            log.log(logging.INFO if self._is_stopping else logging.ERROR, "the check broke off", exc_info=True)
        finally:
            with self._lock:
                self._connection = None
                db.database.close()  # this thread's own connection
                self._usual_ms = clock.monotonic_ms() - self._began_ms
                self._thread = None

    def _enter(self, step: str) -> None:
        """Go on with the next step, unless the server ends: an interrupted read must not pass for damage."""
        with self._lock:
            if self._is_stopping:
                raise _Stopped
            self._step = step


class _Stopped(Exception):
    """The server ends."""


runner = Runner()
