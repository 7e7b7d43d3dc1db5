"""How old a person is on a day, the one way in which the whole clinic counts (ID-10)."""

from datetime import date

from clinic_app.kernel import parameters
from clinic_app.modules.patients.rules.age import Age


def age_at(born_on: str | None, on: date) -> Age | None:
    """The completed calendar age; None without a birth date, or before it."""
    if not born_on or born_on > on.isoformat():
        return None
    return Age.at(date.fromisoformat(born_on), on, leap_birthday=parameters.value("patients.leap_birthday", on))


def completed_years(born_on: str | None, on: date) -> int | None:
    """The years of that age; None without a birth date, or before it."""
    age = age_at(born_on, on)
    return None if age is None else age.years
