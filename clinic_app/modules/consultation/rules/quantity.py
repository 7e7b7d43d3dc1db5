"""From dose, frequency and days to what the pharmacy hands out (QT-01 to QT-06) and back to days (QT-09)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Literal

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose, convert, convertible
from clinic_app.modules.consultation.rules.containers import openings

Rounding = Literal["total", "per_dose", "per_day"]
LONGEST_COVER = 3660
"""Days after which counting how long a quantity lasts stops; nobody is told ten years."""


@dataclass(frozen=True)
class Pack:
    """What one minimum unit (最小单位) of a drug holds and how it is handed out.

    `strength` is the amount of `strength_unit` in one minimum unit, 1/4 g in a capsule; a drug without a strength has
    1 of its own `min_unit`. `pack_size` minimum units make a pack; `rounding` is the mode of QT-02. A container that
    keeps `opened_days` days once opened is thrown away then, however full (QT-11).
    """

    strength: Fraction
    strength_unit: str
    min_unit: str
    pack_size: int
    is_splittable: bool
    rounding: Rounding = "total"
    opened_days: int | None = None


@dataclass(frozen=True)
class Frequency:
    """How often (频次): `times` per `cycle_days`; `is_single` for st and sos, `needs_quantity` for prn."""

    code: str
    times: int = 1
    cycle_days: int = 1
    is_single: bool = False
    needs_quantity: bool = False


@dataclass(frozen=True)
class Required:
    """What a line needs: number of doses, minimum units used, minimum units handed out."""

    doses: int
    minimum_units: int
    dispensed_units: int


@dataclass(frozen=True)
class AsNeeded:
    """What a prn line hands out, and the fewest days it lasts at its maximum per day."""

    minimum_units: int
    dispensed_units: int
    covered_days: int


@dataclass(frozen=True)
class Coverage:
    """How long a changed quantity lasts (QT-09): shorter than written warns, above the limit wants a reason (RX-05)."""

    days: int
    is_short: bool
    exceeds_limit: bool


def doses(
    frequency: Frequency, days: int, weekdays: Collection[int] | None = None, starts_on: date | None = None
) -> int:
    """Doses taken in `days` days, the first on day 1 (QT-05); weekly codes use the chosen ISO weekdays, 1 = Monday.

    Refused `consultation.prn_needs_quantity`, and `consultation.weekdays_count` when more or fewer weekdays are chosen
    than the code has.
    """
    return sum(_schedule(frequency, days, weekdays, starts_on))


def required(
    pack: Pack,
    dose: Dose,
    frequency: Frequency,
    days: int,
    *,
    weekdays: Collection[int] | None = None,
    starts_on: date | None = None,
) -> Required:
    """The quantity of one line (QT-01 to QT-05), exact until its one rounding.

    Refused as `doses`, `consultation.dose_unit_mismatch`, or `consultation.no_dose_in_days` when no chosen weekday
    falls into the days.
    """
    schedule = _schedule(frequency, days, weekdays, starts_on)
    if not any(schedule):
        raise Refused("consultation.no_dose_in_days", field="days", days=days)
    units = _minimum_units(pack, _units_per_dose(pack, dose), schedule)
    return Required(sum(schedule), units, _dispensed(pack, units))


def units_of_dose(pack: Pack, dose: Dose) -> Fraction:
    """Minimum units that one dose takes, whole where every dose is rounded by itself (QT-02); Refused as `required`."""
    exact = _units_per_dose(pack, dose)
    return Fraction(ceil(exact)) if pack.rounding == "per_dose" else exact


def amount_of_dose(pack: Pack, dose: Dose) -> Fraction:
    """What one dose as written holds in the pack's `strength_unit`, exact; Refused as `required`."""
    return _units_per_dose(pack, dose) * pack.strength


def as_needed(pack: Pack, quantity: int | None, max_units_per_day: int | None) -> AsNeeded:
    """The quantity of a prn line (QT-06), both numbers in minimum units and both written by the doctor.

    Refused `consultation.prn_needs_quantity` or `consultation.prn_needs_maximum`.
    """
    if not quantity or quantity < 0:
        raise Refused("consultation.prn_needs_quantity", field="quantity")
    if not max_units_per_day or max_units_per_day < 0:
        raise Refused("consultation.prn_needs_maximum", field="max_units_per_day")
    return AsNeeded(quantity, _dispensed(pack, quantity), max(1, quantity // max_units_per_day))


def outlasts_as_needed(pack: Pack, needed: AsNeeded, max_units_per_day: int, limit_days: int) -> bool:
    """Whether a prn quantity lasts longer than the limit even at its maximum per day (QT-06, RX-05).

    A quantity that the limit itself would hand out never does: one unsplittable bottle may last a month.
    """
    most = _dispensed(pack, max_units_per_day * limit_days)
    return needed.covered_days > limit_days and needed.dispensed_units > most


def covered_days(
    pack: Pack,
    dose: Dose,
    frequency: Frequency,
    quantity: int,
    *,
    weekdays: Collection[int] | None = None,
    starts_on: date | None = None,
) -> int:
    """Whole days that `quantity` minimum units last (QT-09), at most `LONGEST_COVER`; Refused as `required`."""
    per_dose = _units_per_dose(pack, dose)
    units, given = 0, 0
    schedule = _schedule(frequency, LONGEST_COVER, weekdays, starts_on)
    if pack.opened_days is not None:
        opened = enumerate(openings(per_dose, schedule, pack.opened_days))
        return next((day for day, count in opened if count > quantity), len(schedule))
    for day, count in enumerate(schedule):
        given += count
        if pack.rounding == "total":
            units = ceil(per_dose * given)
        else:
            units += _minimum_units(pack, per_dose, [count])
        if units > quantity:
            return day
    return len(schedule)


def coverage(
    pack: Pack,
    dose: Dose,
    frequency: Frequency,
    days: int,
    quantity: int,
    *,
    limit_days: int,
    weekdays: Collection[int] | None = None,
    starts_on: date | None = None,
) -> Coverage:
    """What a quantity changed by the doctor means (QT-09); Refused as `required`.

    A quantity that the limit itself would hand out never exceeds it: one unsplittable bottle may last a month.
    """
    covered = covered_days(pack, dose, frequency, quantity, weekdays=weekdays, starts_on=starts_on)
    written = len(_schedule(frequency, days, weekdays, starts_on))
    at_limit = _schedule(frequency, limit_days, weekdays, starts_on)
    most = _dispensed(pack, _minimum_units(pack, _units_per_dose(pack, dose), at_limit))
    return Coverage(covered, covered < written, covered > limit_days and quantity > most)


def _schedule(
    frequency: Frequency, days: int, weekdays: Collection[int] | None, starts_on: date | None
) -> Sequence[int]:
    """Doses on each day, day 1 first; a single dose has one day whatever was written."""
    if frequency.needs_quantity:
        raise Refused("consultation.prn_needs_quantity", field="quantity")
    if days < 1:
        raise ValueError("a course has at least one day")
    if frequency.is_single:
        return [1]
    if weekdays and frequency.cycle_days == 7:
        return _on_weekdays(frequency, days, set(weekdays), starts_on)
    # Spread evenly over the cycle: biw without chosen weekdays is day 1 and day 4.
    cycle = Counter(index * frequency.cycle_days // frequency.times for index in range(frequency.times))
    return [cycle[day % frequency.cycle_days] for day in range(days)]


def _on_weekdays(frequency: Frequency, days: int, weekdays: set[int], starts_on: date | None) -> Sequence[int]:
    if starts_on is None or not weekdays <= set(range(1, 8)):
        raise ValueError("weekdays are 1 to 7 and need the day the course starts on")
    if len(weekdays) != frequency.times:
        raise Refused("consultation.weekdays_count", field="weekdays", need=frequency.times, have=len(weekdays))
    first = starts_on.isoweekday() - 1
    return [int((first + day) % 7 + 1 in weekdays) for day in range(days)]


def _units_per_dose(pack: Pack, dose: Dose) -> Fraction:
    if dose.unit == pack.min_unit:
        return Fraction(dose.amount)
    if not convertible(dose.unit, pack.strength_unit):
        raise Refused(
            "consultation.dose_unit_mismatch",
            field="dose",
            unit=dose.unit,
            strength_unit=pack.strength_unit,
            min_unit=pack.min_unit,
        )
    return Fraction(convert(dose, pack.strength_unit).amount) / pack.strength


def _minimum_units(pack: Pack, per_dose: Fraction, schedule: Sequence[int]) -> int:
    if pack.rounding == "per_dose":
        return ceil(per_dose) * sum(schedule)
    if pack.rounding == "per_day":
        return sum(ceil(per_dose * count) for count in schedule)
    if pack.opened_days is not None:
        return max(openings(per_dose, schedule, pack.opened_days), default=0)
    return ceil(per_dose * sum(schedule))


def _dispensed(pack: Pack, minimum_units: int) -> int:
    if pack.is_splittable:
        return minimum_units
    return ceil(Fraction(minimum_units, pack.pack_size)) * pack.pack_size
