"""Whether a dose is above the most that a drug allows (极量): one dose, and all doses of the busiest day (RX-13)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from clinic_app.kernel.quantity import Dose
from clinic_app.modules.consultation.rules.quantity import Frequency, Pack, amount_of_dose, units_of_dose

Of = Literal["single", "daily"]


@dataclass(frozen=True)
class DoseStop:
    """A limit that a line goes beyond: what is `taken` and the `most`, exact amounts of `unit`."""

    of: Of
    taken: Decimal
    most: Decimal
    unit: str

    @property
    def code(self) -> str:
        """`single:30/1`: a reason kept for one dose never covers another dose or another limit."""
        return f"{self.of}:{self.taken}/{self.most}"


def dose_stops(
    pack: Pack,
    dose: Dose,
    frequency: Frequency,
    *,
    most_single: Decimal | None,
    most_daily: Decimal | None,
    most_units_per_day: int | None = None,
    is_swallowed: bool = False,
) -> list[DoseStop]:
    """The limits that a line goes beyond, the single dose first; exactly the limit is allowed.

    Both limits are amounts of the pack's `strength_unit`, None where none is known. A prn line takes as much a day as
    `most_units_per_day` minimum units hold, which says nothing where the unit is a container to pour from (QT-04).
    What is drawn up, dropped or rubbed on counts as written, for the rest of an opened ampoule is discarded. What is
    swallowed (`is_swallowed`) counts as it is told and handed out: 4 g of a 3 g sachet are two whole ones, 6 g (QT-02).
    Refused `consultation.dose_unit_mismatch` as `required`.
    """
    single = units_of_dose(pack, dose) * pack.strength if is_swallowed else amount_of_dose(pack, dose)
    if not frequency.needs_quantity:
        daily = single * (1 if frequency.is_single else ceil(Fraction(frequency.times, frequency.cycle_days)))
    elif most_units_per_day and not (pack.pack_size == 1 and not pack.is_splittable and dose.unit != pack.min_unit):
        daily = max(single, pack.strength * most_units_per_day)
    else:
        daily = single
    checked: tuple[tuple[Of, Fraction, Decimal | None], ...] = (
        ("single", single, most_single),
        ("daily", daily, most_daily),
    )
    return [
        DoseStop(of, _decimal(amount), most, pack.strength_unit)
        for of, amount, most in checked
        if most is not None and amount > most
    ]


def _decimal(amount: Fraction) -> Decimal:
    """Exact: a dose and a strength are decimals, and so is their product."""
    return Decimal(amount.numerator) / Decimal(amount.denominator)
