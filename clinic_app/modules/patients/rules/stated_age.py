"""A stated age (自报年龄) where nobody knows the birth date: `61`, `61岁`, `8个月`, `20天`, as a date."""

import re
from calendar import monthrange
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, half_width
from clinic_app.modules.patients.rules.dates import parse_birth_date

OLDEST = 130
_STATED = re.compile(r"约?([0-9]{1,3})(岁|周岁|y|个月|月|m|天|d)?", re.IGNORECASE)


def parse_birth_or_age(text: str, today: date, *, field: str = "born_on") -> tuple[date, bool]:
    """The birth date that the text names, and whether it is only estimated from an age.

    One to three digits are years; a longer text is a date. Refused `patients.age_too_large` and as `parse_birth_date`.
    """
    typed = re.sub(r"\s", "", half_width(text)) if len(text) <= LONGEST_TYPED else ""
    stated = _STATED.fullmatch(typed)
    if stated is None:
        return parse_birth_date(text, today, field=field), False
    count, unit = int(stated[1]), (stated[2] or "岁").lower()
    years = {"岁": count, "周岁": count, "y": count}.get(unit, 0)
    if years > OLDEST:
        raise Refused("patients.age_too_large", field=field, value=excerpt(text), most=OLDEST)
    if unit in ("天", "d"):
        return today - timedelta(days=count), True
    months = count if unit in ("个月", "月", "m") else 12 * count
    return _months_before(today, months), True


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
