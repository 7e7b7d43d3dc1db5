"""Newborns (新生儿): what they are called before they are named, and their age on the inpatient front sheet."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients.rules.age import Age
from clinic_app.modules.patients.rules.names import LONGEST_NAME

MONTH_PARTS, NEWBORN_DAYS = 30, 28
_SUFFIX = {"1": "之子", "2": "之女"}


def newborn_name(mother: str, sex: str) -> str:
    """母名之子 or 母名之女 (ID-08); 之婴 where the sex is not known yet. A long name is cut at its end."""
    return mother[: LONGEST_NAME - 2] + _SUFFIX.get(sex, "之婴")


def birth_orders(count: int, before: int = 0, *, most: int = 9) -> tuple[int, ...]:
    """The orders of children born together, after those noted already; Refused `patients.birth_count`."""
    if not count >= 1 or before + count > most:
        raise Refused("patients.birth_count", field="sex_1", most=most)
    return tuple(range(before + 1, before + count + 1))


@dataclass(frozen=True)
class InfantAge:
    """The age under one year as the front sheet writes it: months and a fraction with denominator 30 (ID-11)."""

    months: int
    days: int
    age_days: int

    @property
    def text(self) -> str:
        fraction = f"{self.days}/{MONTH_PARTS}"
        if not self.months:
            return fraction
        return f"{self.months} {fraction}" if self.days else str(self.months)

    @property
    def needs_weights(self) -> bool:
        """A newborn, up to 28 days: birth weight and admission weight are then required."""
        return self.age_days <= NEWBORN_DAYS


def infant_age(born_on: date, admitted_on: date) -> InfantAge | None:
    """The age at admission of a child under one year, the day of birth being day 0; None from the first birthday on."""
    age = Age.at(born_on, admitted_on)
    if age.years:
        return None
    return InfantAge(age.months, age.days, (admitted_on - born_on).days)


def check_weights(age: InfantAge | None, birth_grams: int | None, admission_grams: int | None) -> None:
    """Refused `patients.newborn_weight` where a newborn lacks one, `.newborn_weight_step` unless to 10 g (ID-11)."""
    for field, grams in (("birth_weight", birth_grams), ("admission_weight", admission_grams)):
        if grams is None:
            if age is not None and age.needs_weights:
                raise Refused("patients.newborn_weight", field=field)
        elif grams <= 0 or grams % 10:
            raise Refused("patients.newborn_weight_step", field=field, value=grams)
