"""Rules of the laboratory: which range holds for whom, how a value is flagged, what is critical (危急值)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinic_app.kernel.errors import Refused

_NUMBER = re.compile(r"[<>]?\d{1,6}(?:\.\d{1,4})?")
CRITICAL = ("LL", "HH")


@dataclass(frozen=True, slots=True)
class Range:
    """The reference range (参考范围) of one analyte for a sex ('0' for either) and ages in whole days, both included.

    Limits are decimal texts, empty for none; `normal` is the expected word of an analyte that is no number.
    """

    sex: str
    from_days: int
    to_days: int | None
    low: str
    high: str
    critical_low: str
    critical_high: str
    normal: str


def age_in_days(born_on: date | None, on: date) -> int | None:
    return (on - born_on).days if born_on is not None else None


def range_for(ranges: Sequence[Range], sex: str, age_days: int | None) -> Range | None:
    """The range of this person, one for the sex before one for either; None where none is known.

    An unknown age takes no range that depends on it.
    """
    fitting = [
        one for one in ranges
        if one.sex in ("0", sex) and (
            (one.from_days == 0 and one.to_days is None) if age_days is None
            else one.from_days <= age_days and (one.to_days is None or age_days <= one.to_days)
        )
    ]  # fmt: skip
    return next((one for one in fitting if one.sex == sex), fitting[0] if fitting else None)


def flag_of(value: str, limits: Range | None) -> str:
    """`L` or `H` outside the range, `LL` or `HH` at or beyond a critical limit, `A` for an unexpected word, else empty.

    `<0.5` and `>100` count as the number they name.
    """
    if limits is None:
        return ""
    if limits.normal:
        return "" if value == limits.normal else "A"
    number = Decimal(value.lstrip("<>"))
    if limits.critical_low and number <= Decimal(limits.critical_low):
        return "LL"
    if limits.critical_high and number >= Decimal(limits.critical_high):
        return "HH"
    if limits.low and number < Decimal(limits.low):
        return "L"
    return "H" if limits.high and number > Decimal(limits.high) else ""


def number_of(text: str, decimals: int, *, field: str, name: str) -> str:
    """The number typed with at most `decimals` places; Refused `laboratory.not_a_number`, `.too_many_places`."""
    typed = text.strip().replace("＜", "<").replace("＞", ">").replace("．", ".")
    if not _NUMBER.fullmatch(typed):
        raise Refused("laboratory.not_a_number", field=field, name=name, value=typed[:20])
    if len(typed.partition(".")[2]) > decimals:
        raise Refused("laboratory.too_many_places", field=field, name=name, places=decimals)
    return typed


def is_overdue(found_at: int, at: int, minutes: int) -> bool:
    """Whether a critical value has waited longer than `minutes` to be told."""
    return at - found_at > minutes * 60_000
