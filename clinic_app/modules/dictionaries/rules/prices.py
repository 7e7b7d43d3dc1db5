"""When a new price (价格) may begin (FE-03)."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Standing:
    """The open price of an item: the one without an end, which the next one closes."""

    id: int
    price_e4: int
    valid_from: date


def closing_day(standing: Standing | None, price_e4: int, valid_from: date, today: date) -> date | None:
    """The last day of the standing price when a new one begins on `valid_from`; None for an item's first price.

    A price that began the same day is closed the day before it began: it holds on no day and stays readable. Refused
    `dictionaries.price_in_past`, `.price_later_exists` or `.price_same`.
    """
    if standing is None:
        return None
    if valid_from < today:
        raise Refused(
            "dictionaries.price_in_past", field="valid_from", day=valid_from.isoformat(), today=today.isoformat()
        )
    if standing.valid_from > valid_from:
        raise Refused("dictionaries.price_later_exists", field="valid_from", day=standing.valid_from.isoformat())
    if standing.price_e4 == price_e4:
        raise Refused("dictionaries.price_same", field="price")
    return valid_from - timedelta(days=1)
