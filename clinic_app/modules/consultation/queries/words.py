"""Dictionary data in the language of the request: names, units, doses."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.quantity import Dose, dose_text, parse_dose, plural
from clinic_app.modules.consultation.rules.dose_range import DoseStop
from clinic_app.modules.dictionaries.queries import Drug
from clinic_app.modules.dictionaries.queries.naming import ENGLISH_UNITS, is_source
from clinic_app.modules.dictionaries.queries.naming import either as named  # noqa: F401  the other rooms say words.named

_DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def dose(text: str, drug: Drug | None = None) -> str:
    """A stored dose for reading; in English the counted unit of the drug has its English word."""
    if is_source():
        return text
    return dose_in_english(text, drug.min_unit if drug else "", drug.min_unit_en if drug else "")


def listed(parts: Sequence[str]) -> str:
    """`甲、乙`, in English `a, b`."""
    return ("、" if is_source() else ", ").join(parts)


def weekdays(digits: str) -> str:
    """The chosen ISO weekdays `14`: `周一、周四`, in English `Mon, Thu`; empty for none."""
    days = _DAYS if is_source() else _DAYS_EN
    return listed([days[int(digit) - 1] for digit in digits])


def weekdays_in_source(digits: str) -> str:
    """The same in Chinese whatever the language of the screen, for paper."""
    return "、".join(_DAYS[int(digit) - 1] for digit in digits)


def beyond(stop: DoseStop, drug: Drug) -> str:
    """`每次 30 g，最多 1 g`: what is taken and the most, in the language of the request."""
    facts = {
        "written": dose(dose_text(Dose(stop.taken, stop.unit)), drug),
        "most": dose(dose_text(Dose(stop.most, stop.unit)), drug),
    }
    told = _("每次 %(written)s，最多 %(most)s") if stop.of == "single" else _("每日 %(written)s，最多 %(most)s")
    return told % facts


def kept_dose(code: str, drug: Drug) -> str:
    """The same of a stop that was kept, from its `code`."""
    of, _colon, amounts = code.partition(":")
    taken, most = (Decimal(amount) for amount in amounts.split("/"))
    return beyond(DoseStop("daily" if of == "daily" else "single", taken, most, drug.dose_unit), drug)


def beyond_in_source(stop: DoseStop) -> str:
    """The same in Chinese, as a kept stop and paper have it."""
    taken, most = (dose_text(Dose(amount, stop.unit)) for amount in (stop.taken, stop.most))
    return f"{'每次' if stop.of == 'single' else '每日'} {taken}，最多 {most}"


@lru_cache(maxsize=2_000)
def dose_in_english(text: str, unit: str, unit_en: str) -> str:
    read = parse_dose(text)
    if read.unit == unit and unit_en:
        return f"{dose_text(Dose(read.amount, ''))} {plural(unit_en, int(read.amount) if read.amount == 1 else 2)}"
    return dose_text(read, ENGLISH_UNITS)


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
