"""The product's real start-up in a process of its own, with the bench's instruments put in before it runs.

`python -m tests.bench.serving <folder> <port> [rows] [trace]` serves the clinic of the folder; on standard input it is
asked for figures by name, one a line, and answers each with one line of JSON on the file descriptor in CONTROL_FD.
"""

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from appliance import start
from clinic_app.config import Config
from clinic_app.kernel import db
from tests.bench import tracing
from tests.bench.profiling import Profiler

PRINTING, FRAME = "print-", 4096 + 24
OPEN = "state IN ('queued', 'sending', 'not_started', 'unknown')"  # word for word the predicate of the index job_open
PAPERS_WAITING = f"SELECT count(*) FROM job WHERE {OPEN} AND state IN ('queued', 'sending')"


class TimedLock:
    """The process-wide write lock, with how long each transaction waited for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waits: list[float] = []

    def __enter__(self) -> None:
        began = time.perf_counter()
        self._lock.acquire()
        self.waits.append((time.perf_counter() - began) * 1000)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Meter:
    """CPU between the beginnings of two requests: all of the process but the thread that prints."""

    def __init__(self) -> None:
        self.marks: list[tuple[float, float]] = []

    def mark(self) -> None:
        self.marks.append((time.process_time(), _worker_cpu()))

    def take(self) -> list[float]:
        """CPU-ms of each request since the last call; the first of the next round begins now."""
        self.mark()
        spent = [
            (now[0] - before[0] - now[1] + before[1]) * 1000
            for before, now in zip(self.marks, self.marks[1:], strict=False)
        ]
        self.marks = []
        return spent


def _worker_cpu() -> float:
    return sum(
        time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        for thread in threading.enumerate()
        if thread.name.startswith(PRINTING) and thread.ident
    )


def instruments(profiler: Profiler) -> dict[str, Callable[[], Any]]:
    """Put the timed lock and the metered site in place; what may be asked for."""
    lock, meter = TimedLock(), Meter()
    db.write_lock = lock  # type: ignore[assignment]

    class MeteredSite(start.Site):
        def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            meter.mark()
            tracing.label(environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return super().__call__(environ, start_response)

    start.Site = MeteredSite  # type: ignore[misc]
    return {
        "profile": profiler.take,
        "cpu_ms": lambda: time.process_time() * 1000,
        "worker_cpu_ms": lambda: _worker_cpu() * 1000,
        "requests_cpu_ms": meter.take,
        "lock_waits_ms": lambda: [lock.waits.pop(0) for _ in range(len(lock.waits))],
        "wal_bytes": _written,
        "pages_read": _pages_read,
        "peak_mb": lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "papers_waiting": lambda: db.value(PAPERS_WAITING),
        "trace": tracing.take,
        "rows": tracing.take_rows,
    }


def _pages_written(conn: apsw.Connection) -> int:
    """A connection that works just now is asked again: the start reads all pages in the background."""
    while True:
        try:
            return int(conn.status(apsw.SQLITE_DBSTATUS_CACHE_WRITE)[0])
        except apsw.ThreadingViolationError:
            time.sleep(0.05)


def _written() -> int:
    """Bytes of WAL frames written by all connections since the start."""
    pages = sum(_pages_written(conn) for conn in list(db._open_connections))
    return pages * FRAME


def _pages_read() -> int:
    """Pages read and deciphered because no connection had them: every commit empties the caches of the others."""
    return sum(conn.status(apsw.SQLITE_DBSTATUS_CACHE_MISS)[0] for conn in list(db._open_connections))


def answer(asked: dict[str, Callable[[], Any]]) -> None:
    """Answer the parent until it goes away; then end as SIGTERM does."""
    with os.fdopen(int(os.environ["CONTROL_FD"]), "w", encoding="utf-8") as out:
        for line in sys.stdin:
            found = asked[line.strip()]()
            out.write(json.dumps(found) + "\n")
            out.flush()


def main() -> int:
    folder, port, *wanted = sys.argv[1:]
    if "trace" in wanted:
        tracing.count_steps()
    if "rows" in wanted:
        tracing.keep_rows()
    profiler = Profiler()
    if "profile" in wanted:
        profiler.install()
    asked = instruments(profiler)
    threading.Thread(target=answer, args=(asked,), daemon=True, name=tracing.OWN_THREAD).start()
    return start.run(
        Config(Path(folder), int(port), 4, ("localhost", "127.0.0.1"), "zh-CN", "", "INFO"), practice=False
    )


if __name__ == "__main__":
    sys.exit(main())
