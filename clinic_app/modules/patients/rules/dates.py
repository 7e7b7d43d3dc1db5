"""Birth dates (出生日期) as people type them: `19651120`, `1965-11-20`, `65.3.18`, `650318`, `1120`, `-1`."""

import re
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, typed_number

_PARTS = re.compile(r"(?:([0-9]{4}|[0-9]{2})[-./年])?([0-9]{1,2})[-./月]([0-9]{1,2})日?")
_DIGITS = re.compile(r"([0-9]{4}|[0-9]{2})?([0-9]{2})([0-9]{2})")
_DAYS_AGO = re.compile(r"-([0-9]{1,3})")
_YEARS_TO_A_LEAP_DAY = 8


def parse_birth_date(text: str, today: date, *, field: str = "born_on") -> date:
    """The latest day not after `today` that the text can mean; a missing century or year is found that way.

    `-1` is yesterday. Refused `patients.birth_date_unreadable`, `patients.birth_date_not_real` (30 February),
    `patients.birth_year_only`,
    `patients.birth_date_future`.
    """
    typed = re.sub(r"\s", "", typed_number(text)) if len(text) <= LONGEST_TYPED else ""
    days_ago = _DAYS_AGO.fullmatch(typed)
    if days_ago:
        return today - timedelta(days=int(days_ago[1]))
    match = _PARTS.fullmatch(typed) or _DIGITS.fullmatch(typed)
    if not match:
        raise Refused("patients.birth_date_unreadable", field=field, value=excerpt(text))
    year, month, day = match[1], int(match[2]), int(match[3])
    days = [found for found in (_day(candidate, month, day) for candidate in _years(year, today)) if found]
    if not days:
        if re.fullmatch(r"(19|20)[0-9]{2}", typed):
            raise Refused("patients.birth_year_only", field=field, value=typed)
        raise Refused("patients.birth_date_not_real", field=field, value=excerpt(text))
    past = [found for found in days if found <= today]
    if not past:
        raise Refused("patients.birth_date_future", field=field, value=days[0].isoformat())
    return past[0]


def _years(year: str | None, today: date) -> list[int]:
    """The years that the text can mean, latest first."""
    if year is None:
        return list(range(today.year, today.year - _YEARS_TO_A_LEAP_DAY - 1, -1))
    if len(year) == 4:
        return [int(year)]
    century = today.year // 100 * 100
    return [century + int(year), century - 100 + int(year)]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
