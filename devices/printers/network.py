"""A receipt printer on the clinic's network, raw port 9100."""

from __future__ import annotations

import contextlib
import socket
import sys
from time import monotonic

from devices.contract import SendResult

PORT = 9100
SETTLE_SECONDS = 2.0  # how long a printer may take to hang up after the last byte


def host_and_port(address: str) -> tuple[str, int]:
    """`192.168.1.50`, `192.168.1.50:9100` or `[fe80::1]:9100` taken apart; ValueError for anything else."""
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        host, port = address, str(PORT)
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"not a printer address: {address!r}")
    return host, int(port)


class NetworkPrinter:
    """Sends a job over TCP; `connect_timeout` and `total_timeout` in seconds."""

    def __init__(
        self, host: str, port: int = PORT, *, connect_timeout: float = 3.0, total_timeout: float = 20.0
    ) -> None:
        self.host, self.port = host, port
        self.connect_timeout, self.total_timeout = connect_timeout, total_timeout

    def send(self, data: bytes, job: str) -> SendResult:
        """`printed` once the printer's network side has taken every byte; it cannot tell whether there was paper."""
        deadline = monotonic() + self.total_timeout
        try:
            line = socket.create_connection((self.host, self.port), min(self.connect_timeout, self.total_timeout))
        except (OSError, UnicodeError):
            return SendResult("not_started", "unreachable")
        with line:
            sent = _push(line, data, deadline)
            if sent == len(data):
                return _confirm(line, deadline)
            return SendResult("unknown", "line_broken") if sent else SendResult("not_started", "line_broken")


def _push(line: socket.socket, data: bytes, deadline: float) -> int:
    """How many bytes the network took before the end, a fault or the deadline."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < len(data) and (left := deadline - monotonic()) > 0:
            line.settimeout(left)
            sent += line.send(data[sent : sent + 65536])
    return sent


def _confirm(line: socket.socket, deadline: float) -> SendResult:
    """Whether the printer has it all: it hangs up in order after our end mark, or its side acknowledged every byte."""
    until = min(deadline, monotonic() + SETTLE_SECONDS)
    try:
        line.shutdown(socket.SHUT_WR)
        while (left := until - monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(512):  # anything else it says is an unasked status
                return SendResult("printed")
    except TimeoutError:
        pass
    except OSError:
        return SendResult("unknown", "line_broken")
    return SendResult("printed") if _all_acknowledged(line) else SendResult("unknown", "unconfirmed")


def _all_acknowledged(line: socket.socket) -> bool:
    """Asked of the kernel for printers that never hang up; only Linux can say, elsewhere the end stays unconfirmed."""
    if sys.platform != "linux":
        return False
    import array
    import fcntl
    import termios

    waiting = array.array("i", [0])
    fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, waiting)
    return waiting[0] == 0
