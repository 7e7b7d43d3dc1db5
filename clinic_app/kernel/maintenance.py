"""The maintenance thread (维护): reads all pages after the start, does hourly work, alone checkpoints the WAL.

So no request pays for a checkpoint, and the first page is not kept waiting for the integrity check.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work

CHECKPOINT_BYTES = 4 * 1024 * 1024
ALARM_BYTES = 32 * 1024 * 1024
LONGEST_READ_SECONDS = 10.0  # of a request, once the log is above the alarm
EVERY_SECONDS = 5.0
HOUR_SECONDS = 3600.0
READING_SHARE = 0.25  # of one core: ten years of a busy clinic take minutes to read, in the morning with the queue
log = logging.getLogger("clinic.maintenance")
_damage: tuple[str, ...] = ()
hourly: list[tuple[str, Callable[[UnitOfWork], None]]] = []
"""What subjects do by themselves each hour; filled at wiring."""


class Interruptible(Protocol):
    """What stopping needs of a connection."""

    def interrupt(self) -> None:
        """Make the statement that runs in another thread end at once."""


class Maintenance(threading.Thread):
    """Runs until `stop`, which must come before the database is closed."""

    def __init__(self, *, checks_pages: bool = True) -> None:
        super().__init__(name="maintenance", daemon=True)
        self._ending = threading.Event()
        self._checks_pages = checks_pages
        self._reading: Interruptible | None = None

    def run(self) -> None:
        due = 0.0
        while not self._ending.wait(EVERY_SECONDS):
            try:
                if time.monotonic() >= due:
                    do_hourly()
                    due = time.monotonic() + HOUR_SECONDS
                if self._checks_pages:
                    self._check_pages()
                    self._checks_pages = False
                if not self._ending.is_set():
                    tend_log()
            except Exception:  # a disk that fails even to say how long the log is: the next round may do
                log.exception("a round of the maintenance broke off")

    def _check_pages(self) -> None:
        """A fault of the check itself must not end the thread: the checkpoints would end with it."""
        try:
            self._reading = db.connection()
            check_pages("in the background", READING_SHARE)
        except db.Interrupted:
            log.info("the server ends before all pages were read")
        except Exception:
            log.exception("the pages could not be read")
        finally:
            self._reading = None

    def stop(self, timeout: float) -> None:
        """End at once: reading the pages is broken off, a checkpoint under way is finished."""
        self._ending.set()
        until = time.monotonic() + timeout
        while self.is_alive() and time.monotonic() < until:
            if (reading := self._reading) is not None:
                reading.interrupt()  # again and again: it may come just before the statement begins
            self.join(0.05)


def do_hourly() -> None:
    """Each subject's hourly work in a unit of work of its own; one that fails is logged and tried in an hour."""
    for name, act in hourly:
        try:
            with unit_of_work(SYSTEM) as uow:
                if not clock.in_doubt:
                    act(uow)
        except Exception:
            log.exception("the hourly work of %s failed", name)


def tend_log() -> None:
    """Move the log into the database; above the alarm end who keeps it from being begun anew, and make it short again.

    A reader of another process (a tool, `clinic check`) cannot be ended from here: the alarm goes on until it ends.
    """
    size = db.wal_bytes()
    if size > ALARM_BYTES:
        ended = db.end_readers(LONGEST_READ_SECONDS)
        log.warning("WAL is %d MiB: a reader holds an old snapshot; %d ended", size >> 20, ended)
    if size > CHECKPOINT_BYTES:
        _checkpoint(truncate=size > ALARM_BYTES)


def _checkpoint(*, truncate: bool = False) -> None:
    """A failure (a full disk, a locked file) must not end the thread: the log grows and it is tried again."""
    try:
        db.checkpoint(truncate=truncate)
    except Exception:
        log.exception("the write-ahead log could not be moved into the database")


def check_pages(when: str, share: float = 1.0) -> list[str]:
    """Read every page in use, for a share of the time; log what was found and remember it for the status chips."""
    found = db.damaged_pages(share=share)
    note_damage(found)
    if found:
        log.error("database pages damaged (%s): %s", when, found[:3])
    else:
        log.info("all database pages read and sound (%s)", when)
    return found


def note_damage(found: Sequence[str]) -> None:
    """What the newest reading of all pages found; empty when all are sound."""
    global _damage
    _damage = tuple(found)


def known_damage() -> tuple[str, ...]:
    """The damaged pages that this process knows of, in the driver's words."""
    return _damage
