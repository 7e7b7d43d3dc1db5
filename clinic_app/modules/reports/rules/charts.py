"""Places of bars and lines in a drawing of whole numbers, so that a page needs no script and no style (CSP)."""

from collections.abc import Sequence
from dataclasses import dataclass

TOP, FLOOR = 24, 150
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Scale:
    """From nothing to `most`, with a line at each `step`."""

    most: int
    step: int

    def y(self, tenths: int) -> int:
        """The height of a value given in tenths; greater ones stand at the top."""
        return FLOOR - (FLOOR - TOP) * min(tenths, self.most * 10) // (self.most * 10)

    @property
    def lines(self) -> list[tuple[int, int]]:
        """(value, y) of each line, the floor first."""
        return [(value, self.y(value * 10)) for value in range(0, self.most + 1, self.step)]


def scale(values: Sequence[int]) -> Scale:
    """Two to five lines whose numbers are 1, 2 or 5 times a power of ten."""
    highest, size = max([1, *values]), 1
    while True:
        for step in (size * one for one in STEPS):
            if highest <= 4 * step:
                count = -(-highest // step)
                return Scale(step * max(2, count), step)
        size *= 10


def spread(count: int, left: int, right: int) -> list[int]:
    """The middles of `count` places between left and right; a single one stands in the middle."""
    return [left + (right - left) * (2 * place + 1) // (2 * count) for place in range(count)]


def parts(values: Sequence[int], width: int) -> list[tuple[int, int]]:
    """(x, width) of each part of a bar; a part of nothing has no width, the whole bar is filled."""
    total, done, found = sum(values), 0, []
    for value in values:
        begins = width * done // total if total else 0
        done += value
        found.append((begins, (width * done // total if total else 0) - begins))
    return found
