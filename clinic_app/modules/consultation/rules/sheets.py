"""Kinds of sheet (RX-01) and how many drugs one holds (RX-04)."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeVar

Kind = Literal["ordinary", "emergency", "paediatric"]
Line = TypeVar("Line")


def kind_of(born_on: date | None, on: date, *, is_emergency: bool, paediatric_below_years: int) -> Kind:
    """Emergency (急诊) before paediatric (儿科) before ordinary (RX-02); an unknown birth date is not paediatric.

    Paediatric ends on the birthday that completes the years.
    """
    if is_emergency:
        return "emergency"
    if born_on is None:
        return "ordinary"
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return "paediatric" if years < paediatric_below_years else "ordinary"


def split(lines: Sequence[Line], most: int) -> list[list[Line]]:
    """The lines in their order on as many sheets as needed: 6 at most 5 are 5 and 1."""
    return [list(lines[start : start + most]) for start in range(0, len(lines), most)]
