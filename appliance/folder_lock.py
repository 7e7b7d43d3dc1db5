"""One server per data folder: an OS lock on `run.lock`, freed by the kernel on any death, never a pid file."""

import os
from pathlib import Path
from typing import IO

from clinic_app.kernel.errors import Refused

EXIT_SECOND_SERVER = 73


class Busy(Exception):
    """Another server holds this folder; the message names it."""


class FolderLock:
    """Held for life; Refused where nothing can be written. `was_unclean`: the server before did not end by itself.

    The sign of that stays for the next start unless a server ran since: a refused start or a command clears nothing.
    """

    def __init__(self, folder: Path):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[str] = (folder / "run.lock").open("a+", encoding="utf-8")
        except OSError as err:  # a read-only disk, somebody else's folder, a drive that is not there
            raise Refused("appliance.folder_unwritable", folder=str(folder), reason=err.strerror) from err
        self._file.seek(0)
        written = self._file.read().strip()
        if not _take(self._file):
            self._file.close()
            raise Busy(written or "?")
        self.was_unclean = bool(written)
        self._has_served = False

    def describe(self, address: str) -> None:
        """Write who holds the folder, for the message of a second server."""
        self._has_served = True
        self._write(f"pid {os.getpid()} {address}\n")

    def release(self) -> None:
        """Give the folder back; an empty file is the sign of a clean end."""
        if self._has_served:
            self._write("")
        self._file.close()

    def _write(self, text: str) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()
        os.fsync(self._file.fileno())


if os.name == "nt":
    import msvcrt

    FAR = 1 << 30  # beyond the text, so that a second server can still read who is first

    def _take(file: IO[str]) -> bool:
        file.seek(FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
