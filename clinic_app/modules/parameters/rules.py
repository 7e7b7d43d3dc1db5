"""What may be entered for a parameter (CFG-12, CFG-15)."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, typed_number

LONGEST_TEXT = 300
LONGEST_SOURCE = 100
_RANGE = re.compile(r"([0-9]{1,4}(?:\.[0-9])?)-([0-9]{1,4}(?:\.[0-9])?)")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


class Declared(Protocol):
    """What a subject declares of a parameter: its first value gives the kind, the rest its bounds."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> int | str | bool: ...
    @property
    def lowest(self) -> int | None: ...
    @property
    def highest(self) -> int | None: ...
    @property
    def choices(self) -> tuple[int, ...]: ...
    @property
    def pattern(self) -> str: ...
    @property
    def is_range(self) -> bool: ...


def entered(parameter: Declared, text: str) -> Any:
    """The value of what was typed: a whole number within its bounds, yes or no as 1 or 0, or a text of its form.

    A range has its lower amount first.

    Refused `parameters.not_whole`, `parameters.not_a_choice`, `parameters.not_yes_or_no`, `parameters.text_missing`,
    `parameters.text_form` or `parameter.out_of_range`.
    """
    if isinstance(parameter.value, bool):
        if text not in ("0", "1"):
            raise Refused("parameters.not_yes_or_no", field="value")
        return text == "1"
    if isinstance(parameter.value, int):
        typed = typed_number(text).strip() if len(text) <= LONGEST_TEXT else ""
        if not _WHOLE.fullmatch(typed):
            raise Refused("parameters.not_whole", field="value", value=excerpt(text))
        number = int(typed)
        low, high = parameter.lowest, parameter.highest
        if (low is not None and number < low) or (high is not None and number > high):
            raise Refused(
                "parameter.out_of_range", field="value", name=parameter.name, value=number, lowest=low, highest=high
            )
        if parameter.choices and number not in parameter.choices:
            listed = " / ".join(map(str, parameter.choices))
            raise Refused("parameters.not_a_choice", field="value", value=number, choices=listed)
        return number
    plain = text.strip()
    if not plain:
        raise Refused("parameters.text_missing", field="value")
    if len(plain) > LONGEST_TEXT or not plain.isprintable() or not re.fullmatch(parameter.pattern or ".+", plain):
        raise Refused("parameters.text_form", field="value", value=excerpt(plain))
    if parameter.is_range and not _is_range(plain):
        raise Refused("parameters.text_form", field="value", value=excerpt(plain))
    return plain


def codes(text: str) -> list[str]:
    """The codes that a text names, each once, in their order."""
    return list(dict.fromkeys(re.split(r"[ ;]+", text)))


def _is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text)
    return found is not None and Decimal(found[1]) < Decimal(found[2])


def first_day(typed: date | None, today: date) -> date:
    """From when a value holds: today unless a later day is typed; what is past is settled (`parameters.past_day`)."""
    day = typed or today
    if day < today:
        raise Refused("parameters.past_day", field="valid_from", day=day.isoformat(), today=today.isoformat())
    return day


def reason(text: str) -> str:
    """Why, or by which document; refused `parameters.reason_missing` when it says nothing, `.reason_long`."""
    plain = text.strip()
    if len(plain) < 2 or not plain.isprintable():
        raise Refused("parameters.reason_missing", field="source")
    if len(plain) > LONGEST_SOURCE:
        raise Refused("parameters.reason_long", field="source", most=LONGEST_SOURCE, have=len(plain))
    return plain
