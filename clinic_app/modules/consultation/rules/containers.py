"""Containers that hold many doses and keep only so long once opened (QT-11), such as insulin pens."""

from collections.abc import Iterator, Sequence
from fractions import Fraction


def openings(per_dose: Fraction, schedule: Sequence[int], opened_days: int) -> Iterator[int]:
    """Containers opened up to each day: each lasts until it is empty or has been open `opened_days` days."""
    opened, rest, until = 0, Fraction(0), 0
    for day, count in enumerate(schedule):
        need = per_dose * count
        if need and day >= until:
            rest = Fraction(0)
        while need > rest:
            need, rest, opened, until = need - rest, Fraction(1), opened + 1, day + opened_days
        rest -= need
        yield opened
