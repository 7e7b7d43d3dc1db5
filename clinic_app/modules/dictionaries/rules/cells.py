"""Cells of a list file: a text becomes a checked value, or a refusal that names the column and what was there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clinic_app.kernel import money
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width, parse_dose

LONGEST = 200
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}")
_DECIMAL = re.compile(r"[0-9]{1,8}(\.[0-9]{1,4})?")
_MINUTE = re.compile(r"[0-5][0-9]")
_WHOLE = re.compile(r"[0-9]{1,6}")
Parse = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list file: how a filled cell is read, and whether it may stay empty (then it is `empty`).

    `instead`: the column that stands in for an empty cell; a clinic need not know the English of what it adds.
    """

    name: str
    parse: Parse
    is_optional: bool = False
    empty: Any = ""
    instead: str = ""

    @property
    def must_be_filled(self) -> bool:
        return not self.is_optional and not self.instead


def value(column: Column, row: Mapping[str, str | None]) -> Any:
    """The checked value of one cell; Refused `dictionaries.cell_missing` or what the column's parser says."""
    typed = (row.get(column.name) or "").strip() or (row.get(column.instead) or "").strip()
    if not typed:
        if not column.must_be_filled:
            return column.empty
        raise Refused("dictionaries.cell_missing", field=column.name, column=column.name)
    if len(typed) > LONGEST or not typed.isprintable():
        raise Refused("dictionaries.cell_unreadable", field=column.name, column=column.name, value=excerpt(typed))
    return column.parse(column.name, typed)


def text(_column: str, typed: str) -> str:
    return typed


def code(column: str, typed: str) -> str:
    """A code of letters, digits and `. _ + -`, at most 32."""
    if not _CODE.fullmatch(half_width(typed)):
        raise Refused("dictionaries.bad_code", field=column, column=column, value=excerpt(typed))
    return half_width(typed)


def codes(column: str, typed: str) -> tuple[str, ...]:
    """Several codes separated by `;`, in one order whatever the order typed."""
    return tuple(sorted({code(column, one.strip()) for one in half_width(typed).split(";") if one.strip()}))


def code_list(column: str, typed: str) -> str:
    """The same as one text, kept with its `;`."""
    return ";".join(codes(column, typed))


def amount(column: str, typed: str) -> str:
    """A positive decimal number as plain text without trailing zeros: strengths and doses are exact."""
    plain = half_width(typed)
    if not _DECIMAL.fullmatch(plain) or Decimal(plain) == 0:
        raise Refused("dictionaries.bad_number", field=column, column=column, value=excerpt(typed))
    return f"{Decimal(plain).normalize():f}"


def count(column: str, typed: str) -> int:
    """A whole number from 1."""
    if (number := whole(column, typed)) < 1:
        raise Refused("dictionaries.bad_number", field=column, column=column, value=excerpt(typed))
    return number


def whole(column: str, typed: str) -> int:
    """A whole number from 0."""
    if not _WHOLE.fullmatch(half_width(typed)):
        raise Refused("dictionaries.bad_number", field=column, column=column, value=excerpt(typed))
    return int(half_width(typed))


def price(column: str, typed: str) -> int:
    """Yuan with at most 4 decimals, as 1/10000 yuan."""
    try:
        return money.parse_price(typed, field=column)
    except Refused as err:
        raise Refused("dictionaries.bad_price", field=column, column=column, value=excerpt(typed)) from err


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    allowed: tuple[str, ...]

    def __call__(self, column: str, typed: str) -> str:
        if typed not in self.allowed:
            raise Refused(
                "dictionaries.not_a_choice", field=column, column=column, value=excerpt(typed),
                allowed=" / ".join(self.allowed),
            )  # fmt: skip
        return typed


def choice(*allowed: str) -> Choice:
    """One of a few words."""
    return Choice(allowed)


def times_of_day(column: str, typed: str) -> str:
    """Times of day separated by `;`, `08:00;16:00`, in their order."""
    found = set()
    for one in half_width(typed).split(";"):
        hour, _, minute = one.strip().partition(":")
        if not (_WHOLE.fullmatch(hour) and _MINUTE.fullmatch(minute) and int(hour) < 24):
            raise Refused("dictionaries.bad_time", field=column, column=column, value=excerpt(typed))
        found.add(f"{int(hour):02d}:{minute}")
    return ";".join(sorted(found))


def flag(column: str, typed: str) -> int:
    """`1` or `0`."""
    return int(choice("0", "1")(column, typed))


def day(column: str, typed: str) -> str:
    """A business day as `2026-03-05`."""
    try:
        return date.fromisoformat(half_width(typed)).isoformat()
    except ValueError as err:
        raise Refused("dictionaries.bad_day", field=column, column=column, value=excerpt(typed)) from err


def contents(column: str, typed: str) -> str:
    """What one minimum unit holds of each substance, `paracetamol=0.2 g;chlorphenamine=4 mg`, in one order."""
    found = []
    for one in half_width(typed).split(";"):
        name, equals, amount_of = one.partition("=")
        if not equals:
            raise Refused("dictionaries.bad_contents", field=column, column=column, value=excerpt(typed))
        dose = parse_dose(amount_of, field=column)
        found.append(f"{code(column, name.strip())}={dose.amount.normalize():f} {dose.unit}")
    return ";".join(sorted(found))


def reviewed(column: str, typed: str) -> int:
    """`yes` when a person has read the source of the row, else `no`."""
    return int(choice("yes", "no")(column, typed) == "yes")
