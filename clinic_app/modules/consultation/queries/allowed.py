"""Whether a row may ask for so many days, doses and pieces (RX-05 to RX-07, RX-09, RX-12, QT-10)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose, dose_text
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.typed_line import Situation
from clinic_app.modules.consultation.rules import controlled, sheets, validity, weight
from clinic_app.modules.consultation.rules.quantity import Frequency, Pack, amount_of_dose, units_of_dose
from clinic_app.modules.dictionaries import queries as dictionaries


class Allowed:
    """The checks of one row; what they need of the drug is looked up once."""

    def __init__(self, reason: str, is_long_term: bool, drug: dictionaries.Drug, situation: Situation, on: date):
        self.reason, self.is_long_term, self.drug, self.situation, self.on = reason, is_long_term, drug, situation, on
        self.fact = dictionaries.prescribing_fact(drug.code)
        self.sheet_class = class_of(drug, on)
        self.name = words.named(drug.name, drug.name_en)
        self.limits = [
            controlled.Limit(
                one.controlled_class, one.substance, one.patient, one.form, one.most_days, one.most_doses,
                bool(one.may_be_longer),
            )
            for one in dictionaries.controlled_limits(on)
        ] if drug.controlled_class else []  # fmt: skip

    @property
    def is_limited(self) -> bool:
        """A controlled class has its own table instead of the days of an ordinary sheet."""
        return any(one.controlled_class == self.drug.controlled_class for one in self.limits)

    @property
    def free_days(self) -> int:
        """Days that need no word; a quantity that lasts longer is looked at."""
        if self.is_limited:
            return 366
        return parameters.value("consultation.long_term_most_days", self.on) if self.is_long_term else (
            self.situation.limit_days
        )  # fmt: skip

    def check_length(self, days: int) -> None:
        if self.is_long_term and (self.drug.controlled_class or self.drug.antimicrobial_grade):
            raise Refused("consultation.long_term_not", field="reason", drug=self.name)
        if self.is_limited:
            return
        if not self.is_long_term:
            validity.check_days(days, limit_days=self.situation.limit_days, reason=self.reason, field="reason")
        validity.check_long(
            days, is_long_term=self.is_long_term, reason=self.reason,
            usual_days=max(self.situation.limit_days, parameters.value("consultation.reason_days_limit", self.on)),
            most_days=parameters.value("consultation.long_term_most_days", self.on),
        )  # fmt: skip

    def by_weight(
        self, pack: Pack, frequency: Frequency, limits: dictionaries.DoseLimits | None
    ) -> weight.ByWeight | None:
        """The dose by weight of a child, or None where the drug has none, or the frequency no daily doses."""
        child = self.situation
        if not child.is_child or self.fact is None or not self.fact.daily_per_kg or not child.weight:
            return None
        if frequency.times < 1 or frequency.cycle_days != 1:
            return None
        single = limits.most_single_dose if limits else None
        return weight.dose_by_weight(
            Decimal(child.weight), Decimal(self.fact.daily_per_kg), frequency.times, pack.strength,
            Decimal(single) if single else None,
        )  # fmt: skip

    def check_child(
        self, pack: Pack, dose: Dose, frequency: Frequency, limits: dictionaries.DoseLimits | None, *,
        is_swallowed: bool,
    ) -> None:
        child = self.situation
        if self.fact is not None and self.fact.daily_per_kg:
            years = parameters.value("consultation.paediatric_below_years", self.on)
            if child.is_child:
                weight.check_weight(child.weight, age_months=child.age_months, below_months=12 * years)
        if pack.rounding == "per_dose" and is_swallowed and child.is_child:
            units = amount_of_dose(pack, dose) / pack.strength
            near = self.by_weight(pack, frequency, limits)
            choices = near.choices if near else weight.dose_by_weight(
                Decimal(1), Decimal(1), 1, 1 / units, None
            ).choices  # fmt: skip
            told = tuple(pieces(one, self.drug) for one in choices)
            weight.check_pieces(units, is_child=True, drug=self.name, choices=told)

    def check_amount(
        self, pack: Pack, dose: Dose, days: int, quantity: int, limits: dictionaries.DoseLimits | None, *,
        is_injected: bool,
    ) -> None:
        """What the whole row holds of a controlled drug."""
        kind = self.drug.controlled_class
        if kind is None:
            return
        units = units_of_dose(pack, dose)
        doses = int(quantity / units) if units else 0
        is_slow = bool(self.fact and self.fact.is_slow_release)
        form = controlled.form_of(is_injected=is_injected, is_slow=is_slow)
        course = controlled.Course(kind, self.drug.substances, form, days, doses)
        controlled.check_controlled(
            course, self.situation.patient, self.limits, reason=self.reason, drug=self.name
        )
        if kind == "toxic":
            most = limits.most_daily_dose if limits else None
            controlled.check_toxic(
                Fraction(quantity) * pack.strength, Decimal(most) if most else None,
                parameters.value("consultation.toxic_days", self.on), unit=pack.strength_unit, drug=self.name,
            )  # fmt: skip


def class_of(drug: dictionaries.Drug, on: date) -> str:
    """The sheet that a drug stands on (RX-02, RX-04)."""
    is_herbal = drug.invoice_category == parameters.value("consultation.herbal_category", on)
    return sheets.class_of(drug.controlled_class, is_herbal=is_herbal)


def pieces(count: Fraction, drug: dictionaries.Drug) -> str:
    """`1.5袋`: minimum units of one dose, with halves."""
    shown = f"{int(count)}" if count.denominator == 1 else f"{Decimal(count.numerator) / Decimal(count.denominator):f}"
    return words.dose(f"{shown}{drug.min_unit}", drug)


def written(count: Fraction, drug: dictionaries.Drug) -> str:
    """The dose that so many minimum units are, as it is typed: `0.1875 g`, or pieces where they are counted."""
    amount = count * Fraction(drug.strength_dose)
    return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f} {drug.dose_unit}"


def told_by_weight(found: weight.ByWeight, drug: dictionaries.Drug) -> str:
    """`180 mg = 1.44袋`: the exact dose in a unit that reads well, and what it is in pieces."""
    amount, unit = found.amount, drug.dose_unit
    if unit == "g" and amount < 1:
        amount, unit = amount * 1000, "mg"
    return f"{dose_text(Dose(_places(amount), unit))} = {_places(found.units):f}{_unit(drug, found.units)}"


def _unit(drug: dictionaries.Drug, count: Fraction) -> str:
    return drug.min_unit if words.is_source() else f" {words.plural(drug.min_unit_en, 1 if count == 1 else 2)}"


def _places(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01")).normalize()
