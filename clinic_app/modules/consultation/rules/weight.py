"""A child's dose by weight (按体重算, QT-10) in the pieces that can be given; nothing is rounded silently."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from clinic_app.kernel.errors import Refused

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class ByWeight:
    """One dose by weight: `amount` in the drug's dose unit, `units` minimum units, and the `choices` near it."""

    amount: Fraction
    units: Fraction
    choices: tuple[Fraction, ...]


def dose_by_weight(
    weight_kg: Decimal, daily_per_kg: Decimal, times: int, strength: Fraction, most_single: Decimal | None
) -> ByWeight:
    """Weight times the daily amount per kilogram over the doses of a day, never more than an adult's single dose.

    18 kg at 30 mg/kg a day in 3 doses is 180 mg; of 125 mg sachets 1.44, so 1, 1.5 or 2 may be given.
    """
    amount = Fraction(weight_kg) * Fraction(daily_per_kg) / times
    if most_single is not None:
        amount = min(amount, Fraction(most_single))
    units = amount / strength
    near = {Fraction(floor(units)), Fraction(floor(units)) + HALF, Fraction(ceil(units))}
    exact = {units} if (units / HALF).denominator == 1 else near
    return ByWeight(amount, units, tuple(sorted(one for one in exact if one > 0)))


def check_weight(weight: str, *, age_months: int | None, below_months: int) -> None:
    """A drug dosed by weight needs the weight of a child (RX-12): Refused `consultation.weigh_first`.

    An unknown age asks for it too: nobody is taken for an adult.
    """
    if (age_months is None or age_months < below_months) and not weight:
        raise Refused("consultation.weigh_first", field="weight")


def check_pieces(units: Fraction, *, is_child: bool, drug: str, choices: tuple[str, ...]) -> None:
    """A dose that is no whole or half piece is the doctor's to choose: Refused `consultation.dose_to_choose`."""
    if is_child and (units / HALF).denominator != 1:
        raise Refused("consultation.dose_to_choose", field="dose", drug=drug, choices=" / ".join(choices))
