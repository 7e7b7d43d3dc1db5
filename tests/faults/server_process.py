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


class ServerProcess:
    """`clinic run` on a folder and a free port; `starts` are the seconds from each start to the first answer.

    `program` is the module to run, with what it wants before the words of `clinic`.
    """

    program: tuple[str, ...] = ("appliance",)

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.starts: list[float] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the process without waiting for it."""
        self._began = time.monotonic()
        with (self.folder.parent / "console.log").open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.program, "--data", str(self.folder), "run"],
                cwd=ROOT, env=_environment(self.port), stdout=console, stderr=console,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        while time.monotonic() < self._began + START_SECONDS:
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

    def console(self) -> str:
        """The end of what the servers on this folder said."""
        return (self.folder.parent / "console.log").read_text("utf-8")[-600:]

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
