"""The parent's side of a server process: start, ask, weigh, stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.browser import Browser
from tests.bench.clinics import ROOT

START_SECONDS = 60.0


class Server:
    """A running clinic server over a folder; `cold_s` is from its start to its first answered page."""

    def __init__(self, folder: Path, *instruments: str) -> None:
        self.folder, self.port = folder, _free_port()
        read_end, write_end = os.pipe()
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.serving", str(folder), str(self.port), *instruments],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(write_end,),
            env={**os.environ, "CONTROL_FD": str(write_end)}, text=True,
        )  # fmt: skip
        os.close(write_end)
        self._answers = os.fdopen(read_end, encoding="utf-8")
        self._wait()
        self.cold_s = time.perf_counter() - began

    def ask(self, what: str) -> Any:
        """One figure of the server by name; see `serving.instruments`."""
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return json.loads(self._answers.readline())

    def settle(self) -> None:
        """Wait until every paper is printed, so that their CPU is counted where it belongs."""
        deadline = time.monotonic() + 30
        while self.ask("papers_waiting") and time.monotonic() < deadline:
            time.sleep(0.05)

    def memory_mb(self) -> tuple[float, float | None]:
        """PSS of the server, and of its largest device process, if there is one."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        # a child is listed under the thread that started it
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            children += (task / "children").read_text().split()
        sizes = [_pss_mb(int(pid)) for pid in set(children)]
        return _pss_mb(self.process.pid), max(sizes, default=None)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}, see {self.folder}/logs")
            try:
                browser = Browser(self.port)
                if browser.open("/sign-in").status == 200:
                    browser.close()
                    return
            except OSError:
                time.sleep(0.005)
        raise RuntimeError("the server does not answer")

    def stop(self) -> None:
        """As the operating system stops it: SIGTERM, then its orderly end with an empty WAL."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._answers.close()
        if self.process.stdin:
            self.process.stdin.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
