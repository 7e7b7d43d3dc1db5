"""Rules of the treatment room: the clock of skin tests (ST), doses of a course, drip rate and scans (IN)."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from clinic_app.kernel.errors import Refused

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def is_positive(before_mm: int, after_mm: int, growth_mm: int) -> bool:
    """A wheal (皮丘) that grew by `growth_mm` or more is positive (ST-02): 3 to 6 with 3, not 3 to 5."""
    return after_mm - before_mm >= growth_mm


def check_reading_time(started_at: int, at: int, least_minutes: int) -> None:
    """Refused `treatments.read_too_early` before the test has run `least_minutes` (ST-06); instants in ms."""
    ready_at = started_at + least_minutes * MINUTE_MS
    if at < ready_at:
        left = -(-(ready_at - at) // MINUTE_MS)
        raise Refused("treatments.read_too_early", field="after_mm", least=least_minutes, left=left)


def has_lapsed(last_contact_at: int, next_dose_at: int, hours: int) -> bool:
    """Whether a negative test counts no more: the drug was interrupted for more than `hours` (ST-04)."""
    return next_dose_at - last_contact_at > hours * HOUR_MS


def drops_per_minute(millilitres: Decimal, drop_factor: int, minutes: int) -> int:
    """Drip rate (滴速, IN-03): ml times drops per ml, over the minutes, rounded half up."""
    return int((millilitres * drop_factor / minutes).quantize(Decimal(1), ROUND_HALF_UP))


def doses_by_day(
    times: int, cycle_days: int, days: int, *, is_single: bool, weekdays: Collection[int] = (), starts_on: date
) -> list[int]:
    """How many times on each day of a course, day 1 first (QT-05): im twice a day for 3 days is [2, 2, 2]."""
    if is_single or times < 1 or cycle_days < 1:
        return [1]
    if weekdays and cycle_days == 7:
        first = starts_on.isoweekday() - 1
        return [int((first + day) % 7 + 1 in weekdays) for day in range(days)]
    cycle = Counter(index * cycle_days // times for index in range(times))
    return [cycle[day % cycle_days] for day in range(days)]


def units_by_entry(quantity: int, entries: int) -> list[int]:
    """Minimum units of a line that each of its executions uses, the first ones more, all together the line's quantity.

    A vial for several doses (5 units for 3, or 1 for 3) is opened by the first that needs it: [2, 2, 1], [1, 0, 0].
    """
    whole, more = divmod(quantity, entries)
    return [whole + (place < more) for place in range(entries)]


def matches(scanned: str, expected: Collection[str]) -> bool:
    """Whether a scanned code is one of those expected (IN-04); nothing scanned never is."""
    return bool(scanned.strip()) and scanned.strip().upper() in {one.upper() for one in expected}
