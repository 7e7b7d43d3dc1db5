"""The only source of time (时钟): business day, hybrid time and the doubt rule.

A time before the newest committed row is never believed; nor is a jump ahead of the monotonic clock. The clock is then
in doubt, day-bound work is refused, and a person confirms the date (`confirm`). Source: architecture section 4, OF-05.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from clinic_app.kernel.errors import Refused
from sync.wire import hybrid_clock

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
BACK_TOLERANCE_MS = 2_000  # a time service steps by less; a person or a dead battery by more
AHEAD_TOLERANCE_MS = 300_000
TYPED_TOLERANCE_MS = 60_000  # a person types minutes
LONGEST_CLOSED_MS = 100 * 86_400_000  # a first start this long after the newest row is more likely a wrong clock
TRUSTED, GUESSED, WRONG = "trusted", "guessed", "wrong"


class SystemTime:
    """What the PC says: wall milliseconds UTC, and milliseconds since boot including sleep."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        boot = getattr(time, "CLOCK_BOOTTIME", None)
        return time.clock_gettime_ns(boot) // 1_000_000 if boot is not None else time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One believed moment: `at` in ms UTC, `hlc` the hybrid time, `on` the business day, `wall` what the PC said."""

    at: int
    hlc: int
    on: date
    wall: int
    state: str


class Clock:
    def __init__(self, source: SystemTime | None = None):
        self._lock = threading.Lock()
        self.start(0, source)

    def start(self, newest_hlc: int, source: SystemTime | None = None) -> None:
        """Begin from the newest committed hybrid time of the database."""
        with self._lock:
            self.source = source or SystemTime()
            self._last = newest_hlc
            self._offset = 0
            self._state = GUESSED
            self._base = (self.source.wall_ms(), self.source.monotonic_ms())
            newest = hybrid_clock.wall_of(newest_hlc)
            if newest_hlc and not newest - BACK_TOLERANCE_MS <= self._base[0] <= newest + LONGEST_CLOSED_MS:
                self._state = WRONG
            self._believed = (newest if self._state == WRONG else self._base[0], self._base[1])

    def read(self) -> Reading:
        """The believed time now; each reading has a greater hybrid time than the one before."""
        with self._lock:
            said, boot = self.source.wall_ms(), self.source.monotonic_ms()
            wall, last = said + self._offset, hybrid_clock.wall_of(self._last)
            expected = self._base[0] + self._offset + boot - self._base[1]
            if (self._last and wall < last - BACK_TOLERANCE_MS) or wall - expected > AHEAD_TOLERANCE_MS:
                self._state = WRONG
            if self._state == WRONG:  # in doubt, time runs on from what was believed last
                at = max(self._believed[0] + boot - self._believed[1], last)
            else:
                at = max(wall, last)
                self._base = (said, boot)  # so that slow drift of the two never adds up to a jump
            self._believed = (at, boot)
            self._last = hybrid_clock.tick(self._last, at)
            return Reading(at, self._last, business_day(at), said, self._state)

    @property
    def in_doubt(self) -> bool:
        return self._state == WRONG

    @property
    def newest(self) -> int:
        return self._last

    def confirm(self, true_ms: int) -> None:
        """Take a person's or a platform's word for the time; it may not lie before the newest committed row."""
        with self._lock:
            newest = hybrid_clock.wall_of(self._last)
            if self._last and true_ms < newest - TYPED_TOLERANCE_MS:
                raise Refused("clock.before_newest", newest=local_text(newest))
            self._base = (self.source.wall_ms(), self.source.monotonic_ms())
            self._offset = max(true_ms, newest) - self._base[0]
            self._state = TRUSTED

    def monotonic_ms(self) -> int:
        """For sessions and time-outs, which no wall clock may shorten or lengthen."""
        return self.source.monotonic_ms()


clock = Clock()


def business_day(at_ms: int) -> date:
    """The calendar day of Asia/Shanghai, whatever the PC's zone says."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).date()


def local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, CHINA)


def local_text(at_ms: int) -> str:
    return local(at_ms).strftime("%Y-%m-%d %H:%M")


def from_local(moment: datetime) -> int:
    """Milliseconds UTC of a clinic-local wall time."""
    return int(moment.replace(tzinfo=CHINA).astimezone(UTC).timestamp() * 1000)


def today() -> date:
    """The believed business day, for reads."""
    return clock.read().on
