"""One server per data folder: an OS lock on `run.lock`, freed by the kernel on any death, never a pid file."""

import contextlib
import os
from pathlib import Path
from typing import BinaryIO, cast

from clinic_app.kernel.errors import Refused

EXIT_SECOND_SERVER = 73
DAMAGED = "pages damaged"
"""Left by a server that ended well and knew of damaged pages: the next one reads them all before it serves."""


class Busy(Exception):
    """Another server holds this folder; the message names it."""


class FolderLock:
    """Held for life; Refused where nothing can be written. `was_unclean`: the server before did not end by itself.

    The sign of that stays for the next start unless a server ran since: a refused start or a command clears nothing.
    """

    def __init__(self, folder: Path):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = _opened(folder / "run.lock")
        except OSError as err:  # a read-only disk, somebody else's folder, a drive that is not there
            raise Refused("appliance.folder_unwritable", folder=str(folder), reason=err.strerror) from err
        self._file.seek(0)
        written = self._file.read().decode("utf-8", "replace").strip()
        if not _take(self._file):
            self._file.close()
            raise Busy(written or "?")
        self.was_unclean = bool(written)
        self._found = written
        self._has_served = self._has_written = False

    @property
    def left(self) -> str:
        """What the server before left that did not end by itself, "" after a clean end."""
        return self._found

    def describe(self, address: str, *, serves: bool = True) -> None:
        """Write who holds the folder, for the message of a second server; `serves` once the clinic is open."""
        self._has_served = self._has_served or serves
        self._has_written = True
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            self._write(f"pid {os.getpid()} {address}\n")

    def release(self, sign: str = "") -> None:
        """Give the folder back; an empty file is the sign of a clean end, `sign` what the next start must know."""
        if self._has_served or self._has_written:
            with contextlib.suppress(OSError):
                self._write(sign if self._has_served else self._found)
        with contextlib.suppress(OSError):  # the descriptor is gone all the same, and with it the lock
            self._file.close()

    def _write(self, text: str) -> None:
        """Over the old text, then cut: on a full disk a cut first would leave the sign of a clean end."""
        content = text.encode("utf-8")
        self._file.seek(0)
        while content:
            content = content[self._file.write(content) :]
        self._file.truncate()
        os.fsync(self._file.fileno())


def _opened(path: Path) -> BinaryIO:
    """Unbuffered: what could not be written is not tried again behind our back as the file is closed."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    return cast(BinaryIO, os.fdopen(handle, "r+b", buffering=0))


if os.name == "nt":
    import msvcrt

    FAR = 1 << 30  # beyond the text, so that a second server can still read who is first

    def _take(file: BinaryIO) -> bool:
        file.seek(FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
