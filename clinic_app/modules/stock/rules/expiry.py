"""Expiry dates (有效期) of batches, a month meaning its last day (PH-04)."""

import re
from calendar import monthrange
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, typed_number

_EXPIRY = re.compile(r"([0-9]{4})(?:[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})日?|月)?|([0-9]{2})([0-9]{2})?)")


def parse_expiry(text: str, *, field: str = "expires_on") -> date:
    """The last day of use printed on the pack: `2024-06`, `202406`, `2024年6月` or with a day `2024-06-15`, `20240615`.

    Refused `stock.expiry_unreadable` or `stock.expiry_not_real` (month 13, 31 June).
    """
    typed = re.sub(r"\s", "", typed_number(text)) if len(text) <= LONGEST_TYPED else ""
    match = _EXPIRY.fullmatch(typed)
    if not match:
        raise Refused("stock.expiry_unreadable", field=field, value=excerpt(text))
    year, month = int(match[1]), int(match[2] or match[4])
    day = match[3] or match[5]
    try:
        return date(year, month, int(day) if day else monthrange(year, month)[1])
    except ValueError:
        raise Refused("stock.expiry_not_real", field=field, value=excerpt(text)) from None


def is_usable(expires_on: date, today: date) -> bool:
    """Whether the batch may be used: through its last day."""
    return today <= expires_on


def days_left(expires_on: date, today: date) -> int:
    """Days until the last day of use, negative once it is past (PH-06)."""
    return (expires_on - today).days
