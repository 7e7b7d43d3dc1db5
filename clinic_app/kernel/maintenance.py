"""The maintenance thread (维护): reads every page once after the start, and is the only place that checkpoints the WAL.

So no request pays for a checkpoint, and the first page is not kept waiting for the integrity check.
"""

import logging
import threading

from clinic_app.kernel import db

CHECKPOINT_BYTES = 4 * 1024 * 1024
ALARM_BYTES = 32 * 1024 * 1024
EVERY_SECONDS = 5.0
log = logging.getLogger("clinic.maintenance")


class Maintenance(threading.Thread):
    """Runs until `stop`, which must come before the database is closed."""

    def __init__(self, *, checks_pages: bool = True) -> None:
        super().__init__(name="maintenance", daemon=True)
        self._ending = threading.Event()
        self._checks_pages = checks_pages

    def run(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            if self._checks_pages:
                check_pages("in the background")
                self._checks_pages = False
            size = db.wal_bytes()
            if size > ALARM_BYTES:
                log.warning("WAL is %d MiB: a reader holds an old snapshot", size >> 20)
            if size > CHECKPOINT_BYTES:
                _checkpoint()

    def stop(self, timeout: float) -> None:
        self._ending.set()
        self.join(timeout)


def _checkpoint() -> None:
    """A failure (a full disk, a locked file) must not end the thread: the log grows and it is tried again."""
    try:
        db.checkpoint()
    except Exception:
        log.exception("the write-ahead log could not be moved into the database")


def check_pages(when: str) -> list[str]:
    """Read every page in use and log what was found."""
    found = db.damaged_pages()
    if found:
        log.error("database pages damaged (%s): %s", when, found[:3])
    else:
        log.info("all database pages read and sound (%s)", when)
    return found
