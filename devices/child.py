"""A process of its own for one device, so that a driver that hangs or dies takes nobody with it.

`python -m devices.child printer <kind> <address>` says `{"ready": true}`, then for each frame on standard input, a JSON
line `{"job", "length"}` and that many bytes, answers `{"job", "state", "reason"}` on standard output. It ends with its
input and never sends a frame that it does not hold whole. No drawing library is imported here: at most 20 MB.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import BinaryIO

from devices.contract import MAX_JOB_BYTES, Printer, SendResult
from devices.printers import open_printer

USAGE = 64


def serve(printer: Printer, source: BinaryIO, answers: BinaryIO) -> None:
    """Send each whole frame and answer it; returns at the end of the input; ValueError for a frame out of form."""
    _say(answers, {"ready": True})
    while header := source.readline(1024):
        job, length = _header(header)
        data = source.read(length)
        if len(data) < length:
            return
        try:
            result = printer.send(data, job)
        except Exception as error:
            # A driver's own fault: how far it came is not known, and the next job still deserves a process.
            result = SendResult("unknown", type(error).__name__)
        _say(answers, {"job": job, "state": result.state, "reason": result.reason})


def _header(line: bytes) -> tuple[str, int]:
    header = json.loads(line)
    job, length = header["job"], header["length"]
    if not isinstance(job, str) or not isinstance(length, int) or not 0 <= length <= MAX_JOB_BYTES:
        raise ValueError("frame out of form")
    return job, length


def _say(answers: BinaryIO, message: dict[str, object]) -> None:
    answers.write(json.dumps(message).encode("ascii") + b"\n")
    answers.flush()


def main(arguments: list[str]) -> int:
    """Exit code 64 for arguments that name no device."""
    if len(arguments) != 3 or arguments[0] != "printer":
        print("usage: python -m devices.child printer <kind> <address>", file=sys.stderr)
        return USAGE
    try:
        printer = open_printer(arguments[1], arguments[2])
    except ValueError as error:
        print(error, file=sys.stderr)
        return USAGE
    # Ctrl-C in the server's window reaches this process too, but only the parent may end it: no half a receipt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(printer, sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
