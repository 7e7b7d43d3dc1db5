"""A printer without paper (虚拟打印机): each job is a file, for practice, tests and a desk without a printer yet."""

from __future__ import annotations

import contextlib
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devices.atomic_file import PART_SUFFIX, write_atomically
from devices.contract import SendResult

State = Literal["on", "off", "paper_out"]
STATES = ("on", "off", "paper_out")
KEEP = 200
_NAME = re.compile(r"(\d{8,})-(.*)\.bin")


@dataclass(frozen=True, slots=True)
class StoredJob:
    """One printed paper; `printed_at` is the file's time in seconds since 1970."""

    sequence: int
    job: str
    path: Path
    printed_at: float


class VirtualPrinter:
    """Keeps the newest `keep` jobs in `folder` as `<sequence>-<job>.bin`; one process writes, any may read."""

    def __init__(self, folder: str | Path, *, keep: int = KEEP) -> None:
        self.folder, self.keep = Path(folder), keep
        self._lock = threading.Lock()

    def send(self, data: bytes, job: str) -> SendResult:
        """`printed` once the paper is on disk for good; switched off or out of paper it fails as a real one does."""
        with self._lock:
            state = self.state()
            if state == "off":
                return SendResult("not_started", "off")
            if state == "paper_out":
                return SendResult("unknown", "paper_out")
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                stored = self.jobs()
            except OSError:
                return SendResult("not_started", "unreachable")
            try:
                sequence = stored[0].sequence + 1 if stored else 1
                path = self.folder / f"{sequence:08d}-{_file_safe(job)}.bin"
                write_atomically(path, data)
            except OSError:
                return SendResult("unknown", "not_stored")
            self._prune(stored)
            return SendResult("printed")

    def state(self) -> State:
        """What the `state` file says; without one, or with another word in it, the printer is on."""
        try:
            word = (self.folder / "state").read_text("ascii", "replace").strip()
        except OSError:
            return "on"
        return "off" if word == "off" else "paper_out" if word == "paper_out" else "on"

    def set_state(self, state: State) -> None:
        """Switch the printer on, off or out of paper; ValueError for another word."""
        if state not in STATES:
            raise ValueError(f"no such state: {state!r}")
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / "state", state.encode("ascii"))

    def jobs(self) -> list[StoredJob]:
        """The stored papers, newest first; empty when nothing was printed yet."""
        found = []
        with contextlib.suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                if name := _NAME.fullmatch(path.name):
                    with contextlib.suppress(FileNotFoundError):  # pruned while we looked
                        found.append(StoredJob(int(name[1]), name[2], path, path.stat().st_mtime))
        return sorted(found, key=lambda stored: stored.sequence, reverse=True)

    def read(self, sequence: int) -> bytes | None:
        """The bytes of one paper, or None when it was never printed or is no longer kept."""
        for stored in self.jobs():
            if stored.sequence == sequence:
                with contextlib.suppress(FileNotFoundError):
                    return stored.path.read_bytes()
        return None

    def _prune(self, before: list[StoredJob]) -> None:
        """Remove what is beyond the newest `keep`, and halves that a power cut left behind."""
        leavings = [stored.path for stored in before[self.keep - 1 :]]
        for path in [*leavings, *self.folder.glob(f".*.bin.*{PART_SUFFIX}")]:
            with contextlib.suppress(OSError):
                path.unlink()


def _file_safe(job: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", job)[:80] or "job"
