"""Age (年龄) at an event, by the calendar and never stored alone (ID-10)."""

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["years", "months", "days"]
FIRST_OF_MARCH, LAST_OF_FEBRUARY = "03-01", "02-28"
"""When somebody born on 29 February completes a year that has no such day."""


@dataclass(frozen=True)
class Age:
    """Completed years, months and days; a day that the month lacks is completed on the 1st of the next month."""

    years: int
    months: int
    days: int

    @classmethod
    def at(cls, born_on: date, on: date, *, leap_birthday: str = FIRST_OF_MARCH) -> "Age":
        """The age on a day; `leap_birthday` is when a year is completed that lacks 29 February, for who was born then.

        ValueError before birth.
        """
        if on < born_on:
            raise ValueError("no age before birth")
        months = (on.year - born_on.year) * 12 + on.month - born_on.month - (on.day < born_on.day)
        is_early = leap_birthday == LAST_OF_FEBRUARY and (born_on.month, born_on.day) == (2, 29)
        if is_early and (on.month, on.day) == (2, 28) and not isleap(on.year):
            months += 1
        return cls(months // 12, months % 12, (on - _anniversary(born_on, months, is_early=is_early)).days)

    def parts(self, *, years_alone_from: int = 6) -> tuple[tuple[int, Unit], ...]:
        """What is shown, for a view to word: days under a month, months and days under a year, then years and months
        up to `years_alone_from` (a parameter), then years. Parts that are zero are left out except a lone one."""
        if self.years >= years_alone_from:
            return ((self.years, "years"),)
        if self.years:
            return _without_zero((self.years, "years"), (self.months, "months"))
        if self.months:
            return _without_zero((self.months, "months"), (self.days, "days"))
        return ((self.days, "days"),)


def _without_zero(first: tuple[int, Unit], second: tuple[int, Unit]) -> tuple[tuple[int, Unit], ...]:
    return (first, second) if second[0] else (first,)


def _anniversary(born_on: date, months: int, *, is_early: bool) -> date:
    year, month = divmod(born_on.year * 12 + born_on.month - 1 + months, 12)
    if born_on.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, born_on.day)
    if is_early and month == 1:
        return date(year, 2, 28)
    return date(year, month + 2, 1)
