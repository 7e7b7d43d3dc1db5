"""Kinds of sheet (RX-01, RX-02) and how the rows of a visit are spread over sheets (RX-04)."""

from collections.abc import Sequence
from dataclasses import dataclass
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

    @property
    def group_no(self) -> int | None:
        """The bottle that the row shares with others (组)."""


Line = TypeVar("Line", bound=Classed)


@dataclass(frozen=True)
class Part(Generic[Line]):
    """One sheet to be: `sheet_class` a special class, `herbal` or empty for everything else."""

    sheet_class: str
    is_long_term: bool
    lines: list[Line]


def kind_of(years: int | None, *, is_emergency: bool, paediatric_below_years: int) -> Kind:
    """Emergency (急诊) before paediatric (儿科) before ordinary (RX-02); an unknown age is not paediatric.

    Paediatric ends on the birthday that completes the years.
    """
    if is_emergency:
        return "emergency"
    return "paediatric" if years is not None and years < paediatric_below_years else "ordinary"


def class_of(controlled_class: str | None, *, is_herbal: bool) -> str:
    """Where a drug stands: its special class, `herbal`, or empty."""
    if controlled_class in SPECIAL:
        return controlled_class
    return HERBAL if is_herbal else ""


def parts(lines: Sequence[Line], most: int) -> list[Part[Line]]:
    """The rows in their order on as many sheets as needed: 6 at most 5 are 5 and 1; 14 herbs stand together.

    One special class a sheet, the strongest first, long-term rows apart from the others, herbs on their own sheet last.
    Rows of one bottle (组, IN-01) stay on one sheet, that of the strongest class among them, as far as it has room.
    """
    order = {name: place for place, name in enumerate((*SPECIAL, "", HERBAL))}
    bottles: dict[object, list[Line]] = {}
    for place, one in enumerate(lines):
        bottles.setdefault(("alone", place) if one.group_no is None else ("group", one.group_no), []).append(one)
    placed: dict[tuple[str, bool], list[list[Line]]] = {}
    for rows in bottles.values():
        strongest = min((one.sheet_class for one in rows), key=lambda name: order[name])
        placed.setdefault((strongest, any(one.is_long_term for one in rows)), []).append(rows)
    made = []
    for (name, is_long), units in sorted(placed.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        size = len(lines) if name == HERBAL else most
        made += [Part(name, is_long, rows) for rows in _filled(units, size)]
    return made


def _filled(units: Sequence[list[Line]], size: int) -> list[list[Line]]:
    """Bottles in their order on sheets of `size` rows; one that is larger than a sheet goes over several."""
    made: list[list[Line]] = []
    for rows in units:
        if made and len(made[-1]) + len(rows) <= size:
            made[-1] += rows
        else:
            made += [list(rows[start : start + size]) for start in range(0, len(rows), size)]
    return made
