"""The real server as a process of its own, to be killed without a word."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clinic_command(
    folder: Path, *words: str, typed: str = "", port: int | None = None, program: tuple[str, ...] = ("appliance",)
) -> subprocess.CompletedProcess[str]:
    """Run `clinic --data folder words...` to its end, with `typed` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", *program, "--data", str(folder), *words], cwd=ROOT, env=_environment(port),
        input=typed, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def _environment(port: int | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return {**kept, "PYTHONIOENCODING": "utf-8", **({"CLINIC_PORT": str(port)} if port else {})}


def refused_run(folder: Path, *words: str) -> tuple[int, str, str]:
    """`clinic run words...` on a folder that cannot be opened: exit code after SIGTERM, what console and page said."""
    (folder.parent / "console.log").unlink(missing_ok=True)
    server = ServerProcess(folder)
    server.words = ("run", *words)
    server.begin()
    try:
        page = server.page_instead()
        return server.stop(), server.console(), page
    finally:
        if server.process is not None:
            server.kill()


class ServerProcess:
    """`clinic run` on a folder and a free port; `starts` are the seconds from each start to the first answer.

    `program` is the module to run, with what it wants before the words of `clinic`.
    """

    program: tuple[str, ...] = ("appliance",)
    longest_start = START_SECONDS

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.environment: dict[str, str] = {}
        self.words: tuple[str, ...] = ("run",)
        self.room = folder.parent
        """Where the console is kept."""
        self.starts: list[float] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the process without waiting for it."""
        self._began = time.monotonic()
        with (self.room / "console.log").open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.program, "--data", str(self.folder), *self.words],
                cwd=ROOT, env={**_environment(self.port), **self.environment}, stdout=console, stderr=console,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        while time.monotonic() < self._began + self.longest_start:
            assert self.process is not None
            if (code := self.process.poll()) is not None:
                raise AssertionError(f"the server ended by itself with {code}: {self.console()}")
            try:
                urllib.request.urlopen(self.url + "/health", timeout=2).read()
            except OSError:
                time.sleep(0.02)
                continue
            self.starts.append(time.monotonic() - self._began)
            return
        raise AssertionError(f"the server does not answer: {self.console()}")

    def page_instead(self) -> str:
        """The recovery page of a server that did not start, once it answers."""
        until = time.monotonic() + self.longest_start
        while time.monotonic() < until:
            assert self.process is not None and self.process.poll() is None, self.console()
            try:
                return str(urllib.request.urlopen(self.url + "/recovery", timeout=2).read().decode())
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"no page is shown: {self.console()}")

    def console(self) -> str:
        """The end of what the servers on this folder said."""
        return (self.room / "console.log").read_text("utf-8")[-600:]

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: int) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.process = None
        return code
