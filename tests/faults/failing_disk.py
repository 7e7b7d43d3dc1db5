"""A disk that runs full, or whose sync or write fails: an apsw VFS named "failing", underneath the page cipher."""

import time
from typing import Any

import apsw

from tests.faults.recorder import JOURNALS

VFS_NAME = "failing"


class FailingVfs(apsw.VFS):
    """`writes_left` more writes to a log, then full; `syncs_left` more syncs, then an I/O error; None is a sound disk.

    A commit needs room in the log alone. The database file is written when the log is moved into it, also by a closing
    connection; SQLite forgives that a full disk, the driver does not forgive it a VFS in Python. A real small disk is
    in `test_small_disk.py`.
    """

    def __init__(self) -> None:
        self.writes_left: int | None = None
        self.syncs_left: int | None = None
        self.is_read_only = False
        self.sync_seconds = 0.0
        self._fails: tuple[str, int, bool] | None = None
        self.has_failed = False
        self.below = apsw.vfs_names()[0].removeprefix("multipleciphers-")
        super().__init__(VFS_NAME, self.below)

    def xOpen(self, name: Any, flags: list[int]) -> "FailingFile":
        return FailingFile(self, name, flags)

    def mend(self) -> None:
        self.writes_left = self.syncs_left = None
        self.is_read_only = self.has_failed = False
        self.sync_seconds, self._fails = 0.0, None

    def fail_at(self, kind: str, nth: int, *, swallows: bool = False) -> None:
        """The n-th read, write or sync from now on fails, once, or is dropped without a word."""
        self._fails, self.has_failed = (kind, nth, swallows), False

    def fails(self, kind: str) -> bool:
        """Count one call; raises when it is the one that fails, True when it is to be dropped."""
        if self._fails is None or self._fails[0] != kind:
            return False
        _kind, left, swallows = self._fails
        self._fails = (kind, left - 1, swallows) if left else None
        if left:
            return False
        self.has_failed = True
        if swallows:
            return True
        raise apsw.IOError(f"{kind} failed")


class FailingFile(apsw.VFSFile):
    def __init__(self, vfs: FailingVfs, name: Any, flags: list[int]) -> None:
        self.disk = vfs
        self.is_log = bool(flags[0] & JOURNALS)
        super().__init__(vfs.below, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self.disk.is_read_only:
            raise apsw.ReadOnlyError("read-only")
        if self.disk.fails("write"):
            return
        if self.is_log and self.disk.writes_left is not None:
            if self.disk.writes_left <= 0:
                raise apsw.FullError("full")
            self.disk.writes_left -= 1
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        if self.disk.syncs_left is not None:
            if self.disk.syncs_left <= 0:
                raise apsw.IOError("sync failed")
            self.disk.syncs_left -= 1
        if self.disk.fails("sync"):
            return
        time.sleep(self.disk.sync_seconds)
        super().xSync(flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        self.disk.fails("read")
        return super().xRead(amount, offset)


_vfs: FailingVfs | None = None


def failing_disk() -> FailingVfs:
    """The one disk of this process, sound; it is registered once and stays, as "multipleciphers-failing" is on it."""
    global _vfs
    if _vfs is None:
        _vfs = FailingVfs()
    _vfs.mend()
    return _vfs
