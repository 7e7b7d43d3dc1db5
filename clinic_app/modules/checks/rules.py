"""Rules of the checks (核对): how a person types a moment, and which moments are believable."""

import re
from datetime import datetime

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width

_MOMENT = re.compile(
    r"([0-9]{4})[-./年]?([0-9]{1,2})[-./月]?([0-9]{1,2})日?[ T]*([0-9]{1,2})[:时点]?([0-9]{2})分?"
)
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


def parse_moment(text: str) -> datetime:
    """The date and time typed, to the minute: `2026-11-20 14:05`, `20261120 1405`, `2026年11月20日14点05分`.

    Refused `clock.unreadable` (fact value) for anything else and for days that do not exist.
    """
    typed = " ".join(half_width(text[:40]).replace("。", ".").split())
    found = _MOMENT.fullmatch(typed)
    try:
        if found is None or not 2000 <= int(found[1]) <= 2200:
            raise ValueError
        year, month, day, hour, minute = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute)
    except ValueError:
        raise Refused("clock.unreadable", field="moment", value=excerpt(text)) from None


def true_moment(typed_ms: int, newest_ms: int) -> int:
    """The instant meant by a typed minute: not before the newest row when that lies in the same minute."""
    return max(typed_ms, newest_ms) if newest_ms - typed_ms < MINUTE_MS else typed_ms


def check_believable(true_ms: int, newest_ms: int, *, most_days: int, again: str, typed: str) -> None:
    """Refused `clock.far` (facts days, value) for a leap of many days, until the same is typed a second time.

    A time too far ahead can never be taken back: nothing may be stored before the newest row.
    """
    days = (true_ms - newest_ms) // DAY_MS
    if newest_ms and days > most_days and " ".join(again.split()) != " ".join(typed.split()):
        raise Refused("clock.far", field="again", days=days, value=excerpt(typed))
