"""Asking a disk that may not answer (卡住的盘): a dead network disk holds up a thread of its own, never a page."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Waits so many seconds for an answer; while one is still out, nobody asks the same again."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._out: set[str] = set()
        self._lock = threading.Lock()

    def ask(self, name: str, act: Callable[[], T], otherwise: T) -> T:
        """What `act` says, or `otherwise` when it takes too long or an earlier one of this name still does."""
        with self._lock:
            if name in self._out:
                return otherwise
            self._out.add(name)
        said: list[T] = []
        done = threading.Event()

        def run() -> None:
            try:
                said.append(act())
            finally:
                with self._lock:
                    self._out.discard(name)
                done.set()

        threading.Thread(target=run, name="disk", daemon=True).start()
        done.wait(self._seconds)
        return said[0] if said else otherwise
