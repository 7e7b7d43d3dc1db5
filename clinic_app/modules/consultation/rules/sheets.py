"""Kinds of sheet (RX-01, RX-02) and how the rows of a visit are spread over sheets (RX-04)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, Protocol, TypeVar

Kind = Literal["ordinary", "emergency", "paediatric"]
SPECIAL = ("narcotic", "psychotropic_1", "psychotropic_2", "toxic")
"""Classes that stand on a sheet of their own, the stronger one first (RX-02)."""
RED = frozenset({"narcotic", "psychotropic_1"})
"""Kinds on red paper: they also name the patient's identity number and who fetches the drug (RX-03)."""
HERBAL = "herbal"


class Classed(Protocol):
    """A row with what decides which sheet it stands on."""

    @property
    def sheet_class(self) -> str: ...

    @property
    def is_long_term(self) -> bool: ...


Line = TypeVar("Line", bound=Classed)


@dataclass(frozen=True)
class Part(Generic[Line]):
    """One sheet to be: `sheet_class` a special class, `herbal` or empty for everything else."""

    sheet_class: str
    is_long_term: bool
    lines: list[Line]


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


def class_of(controlled_class: str | None, *, is_herbal: bool) -> str:
    """Where a drug stands: its special class, `herbal`, or empty."""
    if controlled_class in SPECIAL:
        return controlled_class
    return HERBAL if is_herbal else ""


def parts(lines: Sequence[Line], most: int) -> list[Part[Line]]:
    """The rows in their order on as many sheets as needed: 6 at most 5 are 5 and 1; 14 herbs stand together.

    One special class a sheet, the strongest first, long-term rows apart from the others, herbs on their own sheet last.
    """
    order = {name: place for place, name in enumerate((*SPECIAL, "", HERBAL))}
    groups: dict[tuple[str, bool], list[Line]] = {}
    for one in lines:
        groups.setdefault((one.sheet_class, one.is_long_term), []).append(one)
    made = []
    for (name, is_long), rows in sorted(groups.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        size = len(rows) if name == HERBAL else most
        made += [Part(name, is_long, rows[start : start + size]) for start in range(0, len(rows), size)]
    return made
