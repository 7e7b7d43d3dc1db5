"""Doctor sessions (出诊班次): when they are held, their slots and the time of each."""

import re
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

_TIME = re.compile(r"(\d{1,2})(?:[:：](\d{2}))?")
MOST_SLOTS = 300
WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Hours:
    """From minute to minute of a day, and how many patients are taken."""

    from_minute: int
    to_minute: int
    slots: int


def minute_of(text: str, field: str) -> int:
    """Minutes since midnight of `8:00` or `8`; Refused `visits.time_wrong`."""
    found = _TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    if not 0 <= minutes <= 24 * 60 or (found is not None and int(found[2] or 0) > 59):
        raise Refused("visits.time_wrong", field=field, value=excerpt(text))
    return minutes


def hours(from_text: str, to_text: str, slots_text: str) -> Hours:
    """Checked hours; Refused `visits.time_wrong`, `.times_reversed`, `.slots_wrong`."""
    start, end = minute_of(from_text, "from_time"), minute_of(to_text, "to_time")
    if end <= start:
        raise Refused("visits.times_reversed", field="to_time")
    digits = slots_text.strip()
    slots = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else 0
    if not 1 <= slots <= MOST_SLOTS:
        raise Refused("visits.slots_wrong", field="slots", most=MOST_SLOTS)
    return Hours(start, end, slots)


def overlap(one: Hours, other: Hours) -> bool:
    """Whether the two share a minute; one that begins when the other ends does not."""
    return one.from_minute < other.to_minute and other.from_minute < one.to_minute


def slot_minute(session: Hours, slot_no: int) -> int:
    """When slot 1, 2, .. begins, in minutes since midnight: the hours divided evenly."""
    return session.from_minute + (slot_no - 1) * (session.to_minute - session.from_minute) // session.slots


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def is_on(weekday: int | None, session_on: str | None, valid_from: str, valid_to: str | None, on: date) -> bool:
    """Whether a session is held on a day: that date, or that weekday (1 Monday .. 7 Sunday) while it is valid."""
    day = on.isoformat()
    if session_on is not None:
        return session_on == day and valid_to is None
    return weekday == on.isoweekday() and valid_from <= day and (valid_to is None or day <= valid_to)
