"""Rules of the laboratory: which range holds for whom, how a value is flagged, what is critical (危急值)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

_NUMBER = re.compile(r"[<>]?\d{1,6}(?:\.\d{1,4})?")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
_FORM_FIELDS = ("rev", "findings", "conclusion", "template", "once", "csrf")
"""Names that the form of the results has besides the codes of its analytes."""
_LIMIT = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
CRITICAL = ("LL", "HH")


@dataclass(frozen=True, slots=True)
class Analyte:
    """One thing that a panel measures (检验指标): a number with its unit, or one of `choices`."""

    code: str
    panel: str
    name: str
    name_en: str
    unit: str
    kind: str
    decimals: int
    choices: str

    @property
    def options(self) -> list[str]:
        return self.choices.split(";") if self.choices else []


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


_AGE = re.compile(r"(\d{1,3})\s*(岁|y|月|m|天|d)?")
_DAYS = {"岁": 365, "y": 365, "月": 30, "m": 30, "天": 1, "d": 1}


def age_of(text: str, *, field: str) -> int | None:
    """Days from `18岁`, `6月`, `28天` (`18y`, `6m`, `28d`) or `0`; None for nothing; Refused `laboratory.age_wrong`."""
    typed = excerpt(text).strip().lower()
    if not typed:
        return None
    found = _AGE.fullmatch(typed)
    if found is None or (found[2] is None and int(found[1])):
        raise Refused("laboratory.age_wrong", field=field, value=excerpt(text))
    return int(found[1]) * _DAYS.get(found[2], 1)


def overlaps(one: Range, other: Range) -> bool:
    """Whether there is a person of whom both would hold equally: of the same sex, at one age."""
    ends = [end.to_days if end.to_days is not None else 10**6 for end in (one, other)]
    return one.sex == other.sex and one.from_days <= ends[1] and other.from_days <= ends[0]


def check_range(wanted: Range, options: Sequence[str]) -> dict[str, Refused]:
    """What is wrong with a typed range, by field: limits that are no numbers or stand in the wrong order, an empty
    range, a word that is none of the analyte's `options` (empty for a number), ages in the wrong order."""
    wrong: dict[str, Refused] = {}
    if wanted.to_days is not None and wanted.to_days < wanted.from_days:
        wrong["to_age"] = Refused("laboratory.age_order", field="to_age")
    if options:
        if wanted.normal not in options:
            wrong["normal"] = Refused("laboratory.normal_unknown", field="normal")
        return wrong
    limits = {name: getattr(wanted, name) for name in ("critical_low", "low", "high", "critical_high")}
    for name, text in limits.items():
        if text and not _LIMIT.fullmatch(text):
            wrong[name] = Refused("laboratory.limit_wrong", field=name, value=excerpt(text))
    if not wrong and not (wanted.low or wanted.high):
        wrong["low"] = Refused("laboratory.range_empty", field="low")
    given = [(name, Decimal(text)) for name, text in limits.items() if text and not wrong]
    for (_, lower), (name, upper) in pairwise(given):
        if upper < lower:
            wrong[name] = Refused("laboratory.limit_order", field=name)
    return wrong


def check_analyte(wanted: Analyte, *, is_new: bool) -> dict[str, Refused]:
    """What is wrong with a typed analyte, by field: a code or panel of other signs than a-z, 0-9 and _, an empty or
    long text, decimals outside 0 to 4, fewer than two choices or one of them twice."""
    wrong: dict[str, Refused] = {}
    if is_new and (not _CODE.fullmatch(wanted.code) or wanted.code in _FORM_FIELDS):
        wrong["code"] = Refused("laboratory.code_wrong", field="code", value=excerpt(wanted.code))
    if not _CODE.fullmatch(wanted.panel):
        wrong["panel"] = Refused("laboratory.code_wrong", field="panel", value=excerpt(wanted.panel))
    for name, most in (("name", 40), ("name_en", 60)):
        text = getattr(wanted, name)
        if not 0 < len(text) <= most or not text.isprintable():
            wrong[name] = Refused("laboratory.name_wrong", field=name, most=most)
    if len(wanted.unit) > 20 or not wanted.unit.isprintable():
        wrong["unit"] = Refused("laboratory.name_wrong", field="unit", most=20)
    if not 0 <= wanted.decimals <= 4:
        wrong["decimals"] = Refused("laboratory.decimals_wrong", field="decimals")
    options = wanted.options
    if wanted.kind == "choice" and (len(options) < 2 or len(set(options)) < len(options) or "" in options):
        wrong["choices"] = Refused("laboratory.choices_wrong", field="choices")
    elif len(wanted.choices) > 200 or not wanted.choices.isprintable():
        wrong["choices"] = Refused("laboratory.name_wrong", field="choices", most=200)
    return wrong


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
