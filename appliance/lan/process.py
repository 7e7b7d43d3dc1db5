"""The relay's process as the server sees it: started, told of changes, started again when it dies."""

import json
import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from appliance.child_process import ROOT, command

PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
END_SECONDS = 10.0
log = logging.getLogger("clinic.lan")


class RelayProcess:
    """Runs from `start` to `stop`; `trouble` is why it does not answer now: empty, `starting`, `port`, `certificate`
    or `ended`."""

    def __init__(self, data: Path, told: Callable[[], dict[str, Any]]):
        self._data, self._told = data.absolute(), told
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._ending = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._keep_running, name="lan-relay", daemon=True)
        self.trouble = "starting"
        self.starts = 0

    def start(self) -> None:
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Until the relay listens or has said why it cannot."""
        self._settled.wait(seconds)

    def tell(self, **what: Any) -> None:
        """A change for the relay that runs; one that is started later is told everything anyway."""
        with self._lock:
            self._write(what)

    def stop(self) -> None:
        """Nobody new is let in, whoever is being answered gets the answer; returns at once, see `wait_ended`."""
        self._ending.set()
        with self._lock:
            if self._child is not None and self._child.stdin is not None:
                with suppress(OSError):
                    self._child.stdin.close()

    def wait_ended(self) -> None:
        child = self._child
        if child is not None:
            try:
                child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join(END_SECONDS)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    def _keep_running(self) -> None:
        fails = 0
        while not self._ending.is_set():
            try:
                fails = 0 if self._run_once() else fails + 1
            except Exception:  # no memory for a process, a torn line: the next one may do
                log.exception("the LAN relay broke off")
                self.trouble, fails = "ended", fails + 1
                self._end_child()
            self._settled.set()
            if not self._ending.is_set():
                log.warning("the LAN relay is not running: %s", self.trouble)
                self._ending.wait(PAUSES[min(fails, len(PAUSES) - 1)])

    def _run_once(self) -> bool:
        """One process from its start to its end; True when it had been listening."""
        with self._lock:
            child = self._child = subprocess.Popen(
                command(self._data, "lan-relay"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, encoding="utf-8",
            )  # fmt: skip
            self.starts += 1
            self._write(self._told())
        if self._ending.is_set():  # `stop` came while it was being started
            self.stop()
        was_listening = self._follow(child)
        child.wait()
        return was_listening

    def _end_child(self) -> None:
        """One that cannot be understood must not keep the port from the next."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _follow(self, child: "subprocess.Popen[str]") -> bool:
        """Read what it says until it ends; True when it had been listening."""
        was_listening, why = False, "ended"
        assert child.stdout is not None
        for line in child.stdout:
            said = json.loads(line)
            if "listening" in said:
                was_listening, self.trouble = True, ""
                self._settled.set()
            why = said.get("failed", why)
        self.trouble = why
        return was_listening

    def _write(self, what: dict[str, Any]) -> None:
        if self._child is None or self._child.stdin is None:
            return
        with suppress(OSError, ValueError):  # it has just died and is started again
            self._child.stdin.write(json.dumps(what) + "\n")
            self._child.stdin.flush()
