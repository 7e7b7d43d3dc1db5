"""Forms of the dictionaries (字典): what was typed becomes values, or a refusal at its field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import money
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.quantity import excerpt, typed_number

LONGEST_REASON = 100
_DAY = re.compile(r"([0-9]{4})[-./年]?([0-9]{1,2})[-./月]?([0-9]{1,2})日?")


@dataclass(frozen=True, slots=True)
class NewPrice:
    price_e4: int
    valid_from: date
    source: str


def new_price(form: Mapping[str, str]) -> NewPrice:
    """The price form; Invalid names every field that is wrong."""
    refused: dict[str, Refused] = {}
    price_e4, valid_from = 0, date.min
    try:
        price_e4 = money.parse_price(form.get("price", ""), field="price")
    except Refused as err:
        refused["price"] = err
    try:
        valid_from = day(form.get("valid_from", ""), field="valid_from")
    except Refused as err:
        refused["valid_from"] = err
    source = form.get("source", "").strip()
    if not 0 < len(source) <= LONGEST_REASON or not source.isprintable():
        refused["source"] = Refused("dictionaries.source_missing", field="source", most=LONGEST_REASON)
    if refused:
        raise Invalid(refused)
    return NewPrice(price_e4, valid_from, source)


def day(text: str, *, field: str) -> date:
    """A typed day: `2026-11-20`, `20261120`, `2026.11.20`, `2026年11月20日`; Refused `dictionaries.bad_day`."""
    typed = _DAY.fullmatch(re.sub(r"\s", "", typed_number(text))) if len(text) <= 32 else None
    try:
        if typed is not None:
            return date(int(typed[1]), int(typed[2]), int(typed[3]))
    except ValueError:
        pass
    raise Refused("dictionaries.bad_day", field=field, value=excerpt(text))


def rev(text: str) -> int:
    """The version that the form was drawn from; a form without one is answered as one that is out of date."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def ids(texts: Iterable[str]) -> list[bytes]:
    """Ids of ticked rows; Missing for a text that is none."""
    try:
        found = [bytes.fromhex(text) for text in dict.fromkeys(texts)]
    except ValueError as err:
        raise Missing("dictionaries.no_such_item") from err
    return found
