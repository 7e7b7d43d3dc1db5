"""The maintenance thread (维护): the only place that checkpoints the WAL, so requests never pay for it."""

import logging
import threading

from clinic_app.kernel import db

CHECKPOINT_BYTES = 4 * 1024 * 1024
ALARM_BYTES = 32 * 1024 * 1024
EVERY_SECONDS = 5.0
log = logging.getLogger(__name__)


class Maintenance(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="maintenance", daemon=True)
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            size = db.wal_bytes()
            if size > ALARM_BYTES:
                log.warning("WAL is %d MiB: a reader holds an old snapshot", size >> 20)
            if size > CHECKPOINT_BYTES:
                db.checkpoint()

    def stop(self, timeout: float) -> None:
        self._ending.set()
        self.join(timeout)
