"""A printer behind a device file, such as /dev/usb/lp0 or a Windows printer share."""

from __future__ import annotations

import errno
import os
import select
from time import monotonic

from devices.contract import SendResult

_FLAGS = os.O_WRONLY | os.O_APPEND
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


class FilePrinter:
    """Writes a job to a path that must exist: a file made in place of an unplugged printer would swallow receipts."""

    def __init__(self, path: str, *, total_timeout: float = 20.0) -> None:
        self.path, self.total_timeout = path, total_timeout

    def send(self, data: bytes, job: str) -> SendResult:
        """`printed` once the device has taken every byte within the total time-out in seconds."""
        deadline = monotonic() + self.total_timeout
        try:
            handle = os.open(self.path, _FLAGS)
        except (OSError, ValueError):
            return SendResult("not_started", "unreachable")
        sent = 0
        try:
            while sent < len(data):
                sent += self._write(handle, data[sent : sent + 4096], deadline)
            _drain(handle)
        except TimeoutError:
            return _ended(sent, "timeout")
        except OSError:
            return _ended(sent, "line_broken")
        finally:
            os.close(handle)
        return SendResult("printed")

    @staticmethod
    def _write(handle: int, part: bytes, deadline: float) -> int:
        """Bytes taken now; a printer out of paper takes none, which must not hold the job for ever."""
        try:
            return os.write(handle, part)
        except BlockingIOError:
            left = deadline - monotonic()
            if left <= 0 or not select.select([], [handle], [], left)[1]:
                raise TimeoutError from None
            return 0


def _drain(handle: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS, errno.ENOSYS):
            raise


def _ended(sent: int, reason: str) -> SendResult:
    return SendResult("unknown", reason) if sent else SendResult("not_started", reason)
