"""Guessing is slowed down (防猜密码), per account and per device; nobody is locked out.

The counts are in the database; the waits run by the monotonic clock, so no wall clock shortens them, and begin anew
with the process. Tries on their way count as failures of the account, so that a burst does not slip past the pause.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import queries, rules

MOST_REMEMBERED = 10_000
_lock = threading.Lock()
_last_failure_ms: dict[bytes, int] = {}
_on_their_way: dict[bytes, int] = {}


def account_key(name: str) -> bytes:
    """The counter of one account, known or not: strangers learn nothing from its pause."""
    return hashlib.sha256(b"account " + name.encode("utf-8", "surrogatepass")).digest()


def device_key(device: str) -> bytes:
    return hashlib.sha256(b"device " + device.encode()).digest()


@contextmanager
def attempt(account: bytes, device: bytes) -> Iterator[None]:
    """One try; raises Refused `people.wait` with the seconds still to wait, and then nothing is compared."""
    free = parameters.value("people.failures_before_pause", today())
    longest = parameters.value("people.longest_pause_seconds", today())
    with _lock:
        for key, pending in ((account, _on_their_way.get(account, 0)), (device, 0)):
            _refuse_while_waiting(key, rules.pause_seconds(queries.failures(key) + pending, free, longest))
        _on_their_way[account] = _on_their_way.get(account, 0) + 1
    try:
        yield
    finally:
        with _lock:
            _on_their_way[account] -= 1
            if not _on_their_way[account]:
                del _on_their_way[account]


def _refuse_while_waiting(key: bytes, seconds: int) -> None:
    if not seconds:
        return
    now = clock.monotonic_ms()
    left = _last_failure_ms.setdefault(key, now) + seconds * 1000 - now
    if left > 0:
        raise Refused("people.wait", seconds=-(-left // 1000))


def count_failure(uow: UnitOfWork, *keys: bytes) -> None:
    """A wrong secret: one more for the account and the device."""
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


def pause_begun(*keys: bytes) -> int:
    """The seconds that the next try must wait, after `count_failure` of the same transaction; 0 while it need not."""
    free = parameters.value("people.failures_before_pause", today())
    longest = parameters.value("people.longest_pause_seconds", today())
    return max(rules.pause_seconds(queries.failures(key), free, longest) for key in keys)


def forgive(uow: UnitOfWork, *keys: bytes) -> None:
    """The right secret was shown: the counts start again."""
    for key in keys:
        uow.execute("DELETE FROM sign_in_failure WHERE key = ?", (key,))
