"""The parent's side of a device process."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from devices.contract import MAX_JOB_BYTES, SendResult

STATES = ("printed", "not_started", "unknown", "refused")


def printer_command(kind: str, address: str) -> list[str]:
    """The command of a device process under this interpreter; a packaged product gives its own."""
    return [sys.executable, "-m", "devices.child", "printer", kind, address]


class ChildPrinter:
    """A printer in a process of its own, started at the first job; one job at a time, from any thread.

    `timeout` in seconds covers a whole job, start of the process included; give it more than the driver's own total
    time-out, so that the driver's better answer comes first.
    """

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self.command, self.timeout = list(command), timeout
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def send(self, data: bytes, job: str) -> SendResult:
        """`not_started` while the process never held the whole frame, `unknown` once it may have; never raises."""
        if len(data) > MAX_JOB_BYTES:
            return SendResult("refused", "too_large")
        with self._lock:
            deadline = monotonic() + self.timeout
            child = self._running_child(deadline)
            if child is None:
                return SendResult("not_started", "no_device_process")
            result, healthy = child.exchange(data, job, deadline)
            if not healthy:
                self._end()
            return result

    def close(self) -> None:
        """End the process; a later job starts a new one."""
        with self._lock:
            self._end(patience=2.0)

    @property
    def pid(self) -> int | None:
        """Process id of the running child, for the diagnostics bundle."""
        child = self._child
        return child.process.pid if child and child.process.poll() is None else None

    def _running_child(self, deadline: float) -> _Child | None:
        if self._child and self._child.process.poll() is not None:
            self._end()
        if self._child is None:
            try:
                child = _Child(self.command)
            except (OSError, ValueError):
                return None
            self._child = child
            if not child.is_ready(deadline):
                self._end()
        return self._child

    def _end(self, patience: float = 0.0) -> None:
        child, self._child = self._child, None
        if child:
            child.end(patience)


class _Child:
    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0,
        )
        self.number = 0
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def is_ready(self, deadline: float) -> bool:
        kind, message = self._event(deadline)
        return kind == "answer" and message == {"ready": True}

    def exchange(self, data: bytes, job: str, deadline: float) -> tuple[SendResult, bool]:
        """The result of one job, and whether this process may get another."""
        header = json.dumps({"job": job, "length": len(data)}).encode("ascii") + b"\n"
        self.number += 1
        # Written by a thread: a pipe to a process that hangs is full for ever, and Windows cannot wait on pipes.
        threading.Thread(target=self._hand, args=(header + data, self.number), daemon=True).start()
        handed = False
        while True:
            kind, message = self._event(deadline)
            if kind in ("handed", "broken") and message != self.number:
                continue
            if kind == "handed":
                handed = True
            elif kind == "broken":
                return SendResult("not_started", "device_process_died"), False
            elif kind == "answer":
                result = _result(message, job)
                return result or SendResult("unknown", "device_process_confused"), result is not None
            elif kind == "late":
                return SendResult("unknown", "timeout"), False
            elif handed:
                return SendResult("unknown", "device_process_died"), False
            # Its output ended while the frame was on its way: the writing thread says whether it went whole.

    def end(self, patience: float) -> None:
        with contextlib.suppress(OSError, ValueError):
            if patience and self.process.stdin:
                self.process.stdin.close()
                self.process.wait(patience)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(5)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe:
                    pipe.close()

    def _event(self, deadline: float) -> tuple[str, Any]:
        try:
            return self.events.get(timeout=max(deadline - monotonic(), 0))
        except queue.Empty:
            return "late", None

    def _hand(self, frame: bytes, number: int) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write(frame)
            self.process.stdin.flush()
        except (OSError, ValueError):
            self.events.put(("broken", number))
        else:
            self.events.put(("handed", number))

    def _listen(self) -> None:
        assert self.process.stdout
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout:
                try:
                    self.events.put(("answer", json.loads(line)))
                except ValueError:
                    self.events.put(("answer", None))
        self.events.put(("end", None))


def _environment() -> dict[str, str]:
    """The parent's own, with the folder of this library, so that the child finds it from any working folder."""
    here = str(Path(__file__).resolve().parent.parent)
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _result(message: Any, job: str) -> SendResult | None:
    """The child's answer to this very job, or None for anything else it says."""
    if not isinstance(message, dict) or message.get("job") != job or message.get("state") not in STATES:
        return None
    return SendResult(message["state"], str(message.get("reason", "")))
