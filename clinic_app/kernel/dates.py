"""Days (日期) as people type them, birth dates apart: `20261120`, `2026-11-20`, `26.11.20`, `1120`, `-1`, `+7`."""

import re
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, typed_number

_PARTS = re.compile(r"(?:([0-9]{4}|[0-9]{2})[-./年])?([0-9]{1,2})[-./月]([0-9]{1,2})日?")
_DIGITS = re.compile(r"([0-9]{4}|[0-9]{2})?([0-9]{2})([0-9]{2})")
_AWAY = re.compile(r"([+-])([0-9]{1,4})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # a day beyond is a slip of the finger, and days cannot be counted on from there


def typed_day(text: str, today: date, *, field: str) -> date:
    """The day that the text means; without a year it is in this year, `-1` is yesterday, `+7` in a week, `0` today.

    Refused `date.unreadable` or `date.not_real` (30 February, the year 202), with `field`.
    """
    typed = re.sub(r"\s", "", typed_number(text)) if len(text) <= LONGEST_TYPED else ""
    if typed == "0":
        return today
    away = _AWAY.fullmatch(typed)
    match = _PARTS.fullmatch(typed) or _DIGITS.fullmatch(typed)
    try:
        if away:
            days = timedelta(days=int(away[2]))
            return today + days if away[1] == "+" else today - days
        if match:
            found = date(_year(match[1], today), int(match[2]), int(match[3]))
            if _FIRST_YEAR <= found.year <= _LAST_YEAR:
                return found
            raise ValueError("no year of a clinic")
    except (ValueError, OverflowError):
        raise Refused("date.not_real", field=field, value=excerpt(text)) from None
    raise Refused("date.unreadable", field=field, value=excerpt(text))


def _year(typed: str | None, today: date) -> int:
    if typed is None:
        return today.year
    return int(typed) if len(typed) == 4 else today.year // 100 * 100 + int(typed)
