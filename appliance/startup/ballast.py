"""The reserve file (备用空间): room kept for the day on which the disk is full.

A full disk stops every write, also those that close a shift. So some room is held back while there is plenty; when the
disk runs full it is given free with a sentence, the day can be closed, and it is taken again once there is room.
"""

import contextlib
import logging
import os
import shutil
import threading
from pathlib import Path

from clinic_app.kernel import condition

FILE = "reserve.bin"
LARGEST, SMALLEST = 64 << 20, 4 << 20
PART_OF_THE_DISK = 64
ROOM_TO_TAKE_IT = 3  # times its size
LOW_BYTES = 8 << 20  # a checkpoint and the next commits need this much
FIRST_AFTER_SECONDS, EVERY_SECONDS = 20.0, 5.0  # not while the first people sign in
log = logging.getLogger("clinic.reserve")


class Ballast:
    """The reserve of one data folder; every method may be called from any thread."""

    def __init__(self, folder: Path, size: int | None = None):
        self.path = folder / FILE
        self.size = size or min(LARGEST, max(SMALLEST, shutil.disk_usage(folder).total // PART_OF_THE_DISK))
        self._lock = threading.Lock()

    @property
    def is_held(self) -> bool:
        return self.path.exists()

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path.parent).free

    def release(self) -> bool:
        """Give the room free; True when there was any."""
        with self._lock:
            try:
                self.path.unlink()
            except FileNotFoundError:
                return False
            except OSError:
                log.exception("the reserve could not be given free")
                return False
        condition.set_standing(condition.RESERVE_USED, True)
        log.warning("the disk is full: the reserve of %d MiB was given free", self.size >> 20)
        return True

    def tend(self) -> None:
        """Give it free when the disk is nearly full, take it again when there is room, and say how it stands."""
        free = self.free_bytes()
        if free < LOW_BYTES:
            self.release()
        elif not self.is_held and free >= ROOM_TO_TAKE_IT * self.size:
            self._take()
        condition.set_standing(condition.RESERVE_USED, not self.is_held and free < ROOM_TO_TAKE_IT * self.size)

    def _take(self) -> None:
        with self._lock:
            try:
                with self.path.open("wb") as file:
                    _reserve(file.fileno(), self.size)
            except OSError:  # somebody else was faster; it is tried again
                with contextlib.suppress(OSError):
                    self.path.unlink(missing_ok=True)


def _reserve(handle: int, size: int) -> None:
    """Blocks that are really the file's: a hole would hold nothing back."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
        return
    chunk = os.urandom(1 << 20)  # a disk that packs zeros away would keep no room
    for _ in range(size >> 20):
        os.write(handle, chunk)
    os.fsync(handle)


class Tending(threading.Thread):
    """Looks after the reserve until `stop`."""

    def __init__(self, ballast: Ballast):
        super().__init__(name="reserve", daemon=True)
        self._ballast = ballast
        self._ending = threading.Event()

    def run(self) -> None:
        wait = FIRST_AFTER_SECONDS
        while not self._ending.wait(wait):
            wait = EVERY_SECONDS
            try:
                self._ballast.tend()
            except OSError:  # a disk that was pulled out is told of elsewhere
                log.exception("the free space could not be read")

    def stop(self) -> None:
        self._ending.set()
        if self.is_alive():
            self.join(2.0)
