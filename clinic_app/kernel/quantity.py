"""Counts, doses and packs (数量、剂量、包装) as exact numbers, and numbers as people really type them.

Doses are `Decimal` amounts with a unit; what is divided is divided as `Fraction`. No float.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clinic_app.kernel.errors import Refused

LONGEST_TYPED = 64
NUMBER = r"(?:(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<tail>[0-9]*))?|\.(?P<only>[0-9]+))"

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-"}

COUNTING_UNITS = frozenset("片粒丸袋包支瓶盒管枚贴颗板条块张滴喷吸揿次剂")
"""Units that are counted, not measured; each converts to itself only."""

WRITTEN_OUT: Mapping[str, str] = {"μg": "微克", "U": "单位", "IU": "国际单位"}
"""Units never shown by their sign, because μ is read as m and U as 0 in handwriting."""

_SCALES = {
    "g": ("mass", Decimal(1)),
    "mg": ("mass", Decimal("0.001")),
    "μg": ("mass", Decimal("0.000001")),
    "ng": ("mass", Decimal("0.000000001")),
    "L": ("volume", Decimal(1)),
    "ml": ("volume", Decimal("0.001")),
}  # fmt: skip
# μg has the Greek letter, which GBK paper knows and NFKC keeps; the micro sign of Latin-1 is only a spelling of it.
# U and IU are not interchangeable for every drug, so neither converts to the other.
_SPELLINGS = {
    "g": "g", "克": "g", "mg": "mg", "毫克": "mg", "μg": "μg", "\u00b5g": "μg", "ug": "μg", "mcg": "μg", "微克": "μg",
    "ng": "ng", "纳克": "ng", "l": "L", "升": "L", "ml": "ml", "毫升": "ml", "iu": "IU", "国际单位": "IU", "u": "U",
    "单位": "U",
}  # fmt: skip
_DOSE = re.compile(NUMBER + r"\s*(?P<times>万)?\s*(?P<unit>[^\s0-9.,]*)")
_MOST_DOSE, _DOSE_PLACES = Decimal(99_999_999), 4


@dataclass(frozen=True)
class Dose:
    """An exact amount of one unit: `g mg μg ng L ml IU U` or a counting unit such as 片."""

    amount: Decimal
    unit: str


@dataclass(frozen=True)
class Packs:
    """Minimum units told as whole packs and a rest; a negative stock movement has both counts negative."""

    packs: int
    loose: int
    pack_unit: str
    min_unit: str


def half_width(text: str) -> str:
    """The text with full-width Latin letters, digits, signs and spaces (全角) as ASCII; nothing else changes."""
    return text.translate(_HALF_WIDTH)


def typed_number(text: str) -> str:
    """A short typed number ready for matching: half-width, `。` of a Chinese keyboard as the point, ends trimmed."""
    return half_width(text).replace("。", ".").strip()


def excerpt(text: str) -> str:
    """What was typed, on one line and short enough for a sentence."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[:21]).strip()
    return f"{line[:20]}…" if len(text) > 20 else line


def parse_count(text: str, *, field: str, minimum: int = 1, maximum: int = 99_999) -> int:
    """The whole number typed, between the limits; Refused `quantity.not_a_count`, `.too_small`, `.too_large`."""
    typed = re.fullmatch(r"(-?)0*([0-9]+)", typed_number(text)) if len(text) <= LONGEST_TYPED else None
    if typed is None:
        raise Refused("quantity.not_a_count", field=field, value=excerpt(text))
    count = int(typed[1] + typed[2])
    if count < minimum:
        raise Refused("quantity.too_small", field=field, value=excerpt(text), minimum=minimum)
    if count > maximum:
        raise Refused("quantity.too_large", field=field, value=excerpt(text), maximum=maximum)
    return count


def unit_code(text: str) -> str | None:
    """The one code of a unit however it is spelt (`毫克`, `MG`, `ug`), for doses and imported dictionaries; or None."""
    spelt = half_width(text).strip()
    return _SPELLINGS.get(spelt.lower()) or (spelt if spelt in COUNTING_UNITS else None)


def parse_dose(text: str, *, field: str | None = None) -> Dose:
    """The dose typed as number and unit, `0.5 g`, `10ml`, `80万单位`, `2片` (RX-11), exactly as large as typed.

    Refused `quantity.not_a_dose`, `quantity.unknown_unit`, or `quantity.out_of_range` for zero, more than
    99,999,999 or more than 4 decimals.
    """
    number = typed_number(text) if len(text) <= LONGEST_TYPED else ""
    typed = _DOSE.fullmatch(number.removeprefix("-").lstrip())
    if typed is None or not typed["unit"]:
        raise Refused("quantity.not_a_dose", field=field, value=excerpt(text))
    unit = unit_code(typed["unit"])
    if unit is None:
        raise Refused("quantity.unknown_unit", field=field, value=excerpt(text), unit=excerpt(typed["unit"]))
    if typed["times"] and unit not in ("U", "IU"):
        raise Refused("quantity.not_a_dose", field=field, value=excerpt(text))
    decimals = (typed["tail"] or typed["only"] or "").rstrip("0")
    amount = Decimal(f"{(typed['whole'] or '0').replace(',', '')}.{decimals or '0'}")
    amount *= 10_000 if typed["times"] else 1
    fits = len(decimals) <= _DOSE_PLACES and 0 < amount <= _MOST_DOSE
    if number.startswith("-") or not fits:
        most = f"{_MOST_DOSE:,}"
        raise Refused("quantity.out_of_range", field=field, value=excerpt(text), most=most, places=_DOSE_PLACES)
    return Dose(amount, unit)


def dose_text(dose: Dose, words: Mapping[str, str] = WRITTEN_OUT) -> str:
    """The dose as it is shown: leading zero, no trailing zero, a space before a Latin unit, 微克 and 单位 in words.

    `words` are the written-out units of another language. `parse_dose` reads the Chinese form back.
    """
    number = f"{dose.amount:,f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    unit = words.get(dose.unit, dose.unit)
    return f"{number}{' ' if unit[:1].isascii() else ''}{unit}"


def convertible(a: str, b: str) -> bool:
    """Whether an amount in unit `a` can be told in unit `b` without knowing the drug."""
    return a == b or (a in _SCALES and b in _SCALES and _SCALES[a][0] == _SCALES[b][0])


def convert(dose: Dose, unit: str) -> Dose:
    """The same dose in another unit of its kind, exactly; Refused `quantity.not_convertible` between kinds."""
    if not convertible(dose.unit, unit):
        raise Refused("quantity.not_convertible", unit=dose.unit, wanted=unit)
    if dose.unit == unit:
        return dose
    # Both scales are powers of ten, so shifting the point is exact where a division would round.
    shift = _SCALES[dose.unit][1].adjusted() - _SCALES[unit][1].adjusted()
    return Dose(dose.amount.scaleb(shift), unit)


def packs(min_quantity: int, pack_size: int, pack_unit: str, min_unit: str) -> Packs:
    """Minimum units split into whole packs and the rest (QT-08)."""
    if pack_size < 1:
        raise ValueError("a pack holds at least one minimum unit")
    whole, loose = divmod(abs(min_quantity), pack_size)
    return Packs(whole, loose, pack_unit, min_unit) if min_quantity >= 0 else Packs(-whole, -loose, pack_unit, min_unit)


def packs_text(split: Packs) -> str:
    """`3盒5粒` (QT-08): parts that are zero are left out, a minus is U+2212, nothing at all is `0粒`."""
    shown = [(split.packs, split.pack_unit), (split.loose, split.min_unit)]
    parts = "".join(f"{abs(count)}{unit}" for count, unit in shown if count)
    sign = "−" if split.packs < 0 or split.loose < 0 else ""
    return f"{sign}{parts}" if parts else f"0{split.min_unit}"


def packs_in_english(split: Packs) -> str:
    """`3 boxes 5 capsules`, its units being English words in the singular; otherwise as `packs_text`."""
    shown = [(split.packs, split.pack_unit), (split.loose, split.min_unit)]
    parts = " ".join(f"{abs(count)} {plural(unit, abs(count))}" for count, unit in shown if count)
    sign = "−" if split.packs < 0 or split.loose < 0 else ""
    return f"{sign}{parts}" if parts else f"0 {plural(split.min_unit, 0)}"


MEASURES = frozenset(("g", "kg", "mg", "ml", "l"))


def plural(word: str, count: int) -> str:
    """An English unit for a count: 1 box, 2 boxes; a unit of measure stays as it is: 2 g."""
    if count == 1 or word in MEASURES:
        return word
    return f"{word}es" if word.endswith(("x", "ch", "sh", "s")) else f"{word}s"
