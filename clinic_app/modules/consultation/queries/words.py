"""Dictionary data in the language of the request: names, units, doses."""

from functools import lru_cache

from clinic_app.kernel import i18n
from clinic_app.kernel.quantity import Dose, dose_text, parse_dose, plural
from clinic_app.modules.dictionaries.queries import Drug

_ENGLISH_UNITS = {"μg": "mcg", "U": "units", "IU": "international units"}


def is_source() -> bool:
    """Whether the request is in Chinese, the language of the dictionaries."""
    return i18n.current() == i18n.SOURCE


def named(name: str, name_en: str) -> str:
    return name if is_source() or not name_en else name_en


def dose(text: str, drug: Drug | None = None) -> str:
    """A stored dose for reading; in English the counted unit of the drug has its English word."""
    if is_source():
        return text
    return dose_in_english(text, drug.min_unit if drug else "", drug.min_unit_en if drug else "")


@lru_cache(maxsize=2_000)
def dose_in_english(text: str, unit: str, unit_en: str) -> str:
    read = parse_dose(text)
    if read.unit == unit and unit_en:
        return f"{dose_text(Dose(read.amount, ''))} {plural(unit_en, int(read.amount) if read.amount == 1 else 2)}"
    return dose_text(read, _ENGLISH_UNITS)


def count_of(count: int, unit: str, unit_en: str) -> str:
    """`21粒`, or `21 capsules`."""
    return f"{count}{unit}" if is_source() else f"{count} {plural(unit_en, count)}"


def used(count: int, unit: str, unit_en: str) -> str:
    """What a course takes, before an arrow: `21粒`; in English the bare number, as the unit follows."""
    return f"{count}{unit}" if is_source() else str(count)


def stock_of(there: int, drug: Drug) -> str:
    """What the pharmacy has, in whole packs where there is one: `52盒`, in English `52`."""
    packs = there // drug.pack_size
    if not packs:
        return count_of(there, drug.min_unit, drug.min_unit_en)
    return f"{packs}{drug.pack_unit}" if is_source() else str(packs)


def in_packs(quantity: int, drug: Drug) -> str:
    """Minimum units as packs and rest (QT-08): `3盒5粒`."""
    packs, loose = divmod(quantity, drug.pack_size)
    parts = [count_of(packs, drug.pack_unit, drug.pack_unit_en)] if packs else []
    if loose or not packs:
        parts.append(count_of(loose, drug.min_unit, drug.min_unit_en))
    return ("" if is_source() else " ").join(parts)
