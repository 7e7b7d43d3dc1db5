"""Hybrid logical clock (混合逻辑时钟): reading order that survives a wrong wall clock (T1, reliability 3.8).

A time is one integer: wall milliseconds since 1970 shifted left by 16, plus a counter. It fits a signed 64-bit column
until the year 6429. Nothing here reads a clock; the caller brings the wall time.
"""

COUNTER_BITS = 16
LARGEST = 2**63 - 1
_LARGEST_WALL = LARGEST >> COUNTER_BITS


def tick(last: int, wall_ms: int) -> int:
    """A time strictly after `last`, and not before `wall_ms` where that is a believable wall time.

    A wall clock that stands still or runs backwards moves the counter on, which may carry into the milliseconds.
    OverflowError when `last` is already the largest time.
    """
    if not 0 <= last < LARGEST:
        raise OverflowError(f"no time after {last}")
    wall = wall_ms if 0 <= wall_ms <= _LARGEST_WALL else 0
    return max(last + 1, wall << COUNTER_BITS)


def observe(last: int, seen: int, wall_ms: int, *, max_ahead_ms: int | None = None) -> int:
    """A time strictly after `last` and after `seen`, the time on a row that came from elsewhere.

    With `max_ahead_ms` a `seen` further ahead than that of both `last` and the wall is left out: the hub must not let
    one clinic's clock drag all others into the future.
    """
    if max_ahead_ms is not None and wall_of(seen) > max(wall_of(last), wall_ms) + max_ahead_ms:
        return tick(last, wall_ms)
    return tick(max(last, seen), wall_ms)


def wall_of(hlc: int) -> int:
    """The wall part in milliseconds since 1970; for showing and for limits, never for deciding what came first."""
    return hlc >> COUNTER_BITS
