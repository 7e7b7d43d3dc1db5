"""A command of this program as a process of its own: long work beside the server, whose progress it reads line by line.

The child writes one JSON object a line on its standard output: {"step", "done", "of"} while it works, {"proved": {...}}
and {"copied": {...}} for what stands before its end, {"result": {...}} or {"refused": code, "facts": {...}} there. Its
standard input ends with the parent, however that ends.
"""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance import launcher
from clinic_app.kernel.errors import Refused

ROOT = Path(__file__).resolve().parents[1]
LEAST_URGENT = "15"
EXIT_ORPHAN = 75
KILLED_SECONDS = 2.0  # one that waits for a dead network disk does not even end when it is killed
Progress = Callable[[str, int, int], None]


def command(data: Path, *words: str) -> list[str]:
    """The command line of `clinic --data FOLDER words...`, in a checkout, installed or frozen."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "appliance"]
    return [*program, "--data", str(data), *words]


def courtesy() -> list[str]:
    """What a command line begins with whose work can wait: everybody else goes first, to the processor and the disk."""
    found = [["nice", "-n", LEAST_URGENT], ["ionice", "-c", "3"]]
    return [word for words in found if os.name == "posix" and shutil.which(words[0]) for word in words]


def say(**line: Any) -> None:
    """One line of a child to its parent."""
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)


def end_with_parent() -> None:
    """From now on this process ends as soon as its standard input does.

    Work for a server that was killed is for nobody, and its locks would keep the next server waiting.
    """

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os._exit(EXIT_ORPHAN)

    threading.Thread(target=wait, name="parent", daemon=True).start()


class Child:
    """One running command. `wait` reads it to its end and returns its result, or raises what it refused."""

    def __init__(self, data: Path, *words: str, program: Path | None = None):
        """`program` is the folder of another version of this program, whose command it is."""
        asked, environment = command(data.absolute(), *words), dict(os.environ)
        if program is not None:
            asked, environment = launcher.command(program)
            asked = [*asked, "--data", str(data.absolute()), *words]
        environment["PYTHONIOENCODING"] = "utf-8"
        flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(
            [*courtesy(), *asked], cwd=program or ROOT, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", creationflags=flags,
        )  # fmt: skip
        self._complaints: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, name="child-lines", daemon=True).start()
        self._listener = threading.Thread(target=self._listen, name="child", daemon=True)
        self._listener.start()

    def wait(
        self,
        progress: Progress,
        proved: Callable[[dict[str, Any]], None] = lambda _made: None,
        silence: float | None = None,
        copied: Callable[[dict[str, Any]], None] = lambda _one: None,
    ) -> dict[str, Any]:
        """`progress(step, done, of)` is called for each line, `proved` for a result that stands before the end, and
        `copied` for each copy of it.

        Refused as the child said, `child.died`, or `child.silent` when it said nothing for `silence` seconds and was
        ended.
        """
        ended: dict[str, Any] = {}
        while (text := self._next(silence)) is not None:
            line = _parsed(text)
            if "step" in line:
                progress(str(line["step"]), int(line.get("done", 0)), int(line.get("of", 0)))
            elif "proved" in line:
                proved(line["proved"])
            elif "copied" in line:
                copied(line["copied"])
            elif line:
                ended = line
        code = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._listener.join(5)
        if "refused" in ended:
            raise Refused(str(ended["refused"]), **ended.get("facts", {}))
        if "result" not in ended:
            raise Refused("child.died", ended=code, said=self._complaints[-1] if self._complaints else "")
        result: dict[str, Any] = ended["result"]
        return result

    def stop(self, seconds: float) -> None:
        """End it: first asked, then killed. What it had begun is swept away by the next one."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(KILLED_SECONDS)

    def _next(self, silence: float | None) -> str | None:
        """The next line of the child, None at its end."""
        try:
            return self._lines.get(timeout=silence)
        except queue.Empty:
            self.stop(KILLED_SECONDS)
            raise Refused("child.silent", minutes=round((silence or 0) / 60)) from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _listen(self) -> None:
        """Standard error is read all the time, or a child that complains much would wait for ever."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._complaints = [*self._complaints[-20:], line.strip()[:200]]


def _parsed(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
