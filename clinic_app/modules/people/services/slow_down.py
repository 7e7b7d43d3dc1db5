"""Guessing is slowed down (防猜密码); nobody is locked out.

Counted are the tries of one browser at one account, which soon must wait, and all tries at an account and all of a
browser, which may be many before they wait: a colleague's typing errors at another desk slow nobody else.

The counts are in the database; the waits run by the monotonic clock, so no wall clock shortens them, and begin anew
with the process. Tries on their way count as failures, so that a burst does not slip past the pause.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import queries, rules

MOST_REMEMBERED = 10_000
_lock = threading.Lock()
_last_failure_ms: dict[bytes, int] = {}
_on_their_way: dict[bytes, int] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: `address` is for the trail, `browser` a secret of its own, or the address without one."""

    address: str
    browser: str


def counters(name: str, place: Place) -> dict[bytes, int]:
    """The counters of a try and how many failures each forgives before it must wait.

    An account is counted whether known or not: strangers learn nothing from its pause.
    """
    few = parameters.value("people.failures_before_pause", today())
    many = parameters.value("people.failures_before_brake", today())
    return {
        _key("account and browser", name, place.browser): few,
        _key("account", name): many,
        _key("browser", place.browser): many,
    }


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


@contextmanager
def attempt(counted: Mapping[bytes, int]) -> Iterator[None]:
    """One try; raises Refused `people.wait` with the seconds still to wait, and then nothing is compared."""
    longest = parameters.value("people.longest_pause_seconds", today())
    with _lock:
        for key, free in counted.items():
            failed = queries.failures(key) + _on_their_way.get(key, 0)
            _refuse_while_waiting(key, rules.pause_seconds(failed, free, longest))
        for key in counted:
            _on_their_way[key] = _on_their_way.get(key, 0) + 1
    try:
        yield
    finally:
        with _lock:
            for key in counted:
                _on_their_way[key] -= 1
                if not _on_their_way[key]:
                    del _on_their_way[key]


def _refuse_while_waiting(key: bytes, seconds: int) -> None:
    if not seconds:
        return
    now = clock.monotonic_ms()
    left = _last_failure_ms.setdefault(key, now) + seconds * 1000 - now
    if left > 0:
        raise Refused("people.wait", seconds=-(-left // 1000))


def count_failure(uow: UnitOfWork, keys: Iterable[bytes]) -> None:
    """A wrong secret: one more for each counter."""
    for key in keys:
        uow.execute(
            "INSERT INTO sign_in_failure(key, failures, last_at) VALUES(?, 1, ?)"
            " ON CONFLICT(key) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at",
            (key, uow.at),
        )
    now = clock.monotonic_ms()
    with _lock:
        if len(_last_failure_ms) > MOST_REMEMBERED:
            _last_failure_ms.clear()
        for key in keys:
            _last_failure_ms[key] = now


def pause_begun(counted: Mapping[bytes, int]) -> int:
    """The seconds that the next try must wait, after `count_failure` of the same transaction; 0 while it need not."""
    longest = parameters.value("people.longest_pause_seconds", today())
    return max(rules.pause_seconds(queries.failures(key), free, longest) for key, free in counted.items())


def forgive(uow: UnitOfWork, keys: Iterable[bytes]) -> None:
    """The right secret was shown: the counts start again."""
    for key in keys:
        uow.execute("DELETE FROM sign_in_failure WHERE key = ?", (key,))
