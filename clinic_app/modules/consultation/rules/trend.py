"""Vital signs over visits (生命体征趋势) as lines of a chart: whole pixels worked out exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 320, 84, 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: (x, y, value) of every measured visit, y counted from the top."""

    points: tuple[tuple[int, int, str], ...]

    @property
    def path(self) -> str:
        """The points as an SVG polyline has them."""
        return " ".join(f"{x},{y}" for x, y, _value in self.points)


@dataclass(frozen=True, slots=True)
class Chart:
    """One sign over the visits: its lines, the lowest and highest value, the newest one and the change before it."""

    name: str
    lines: tuple[Line, ...]
    low: str
    high: str
    latest: str
    before: str


def chart(name: str, readings: Sequence[str]) -> Chart | None:
    """`readings` of every visit, oldest first, empty where not measured; a blood pressure has two lines.

    None when there are fewer than two readings: one point shows no trend.
    """
    told = [text for text in readings if text]
    if len(told) < 2:
        return None
    split = [[part for part in text.split("/")] for text in readings]
    count = max(len(parts) for parts in split)
    values = [[Decimal(parts[of]) if len(parts) > of and parts[of] else None for parts in split] for of in range(count)]
    every = [one for line in values for one in line if one is not None]
    low, high = min(every), max(every)
    lines = tuple(Line(_points(line, low, high)) for line in values)
    return Chart(name, lines, f"{low:f}", f"{high:f}", told[-1], told[-2])


def _points(values: Sequence[Decimal | None], low: Decimal, high: Decimal) -> tuple[tuple[int, int, str], ...]:
    span, steps = high - low, max(len(values) - 1, 1)
    made = []
    for at, value in enumerate(values):
        if value is not None:
            up = (value - low) / span if span else Decimal("0.5")
            x = EDGE + (WIDTH - 2 * EDGE) * at // steps
            made.append((x, HEIGHT - EDGE - int(up * (HEIGHT - 2 * EDGE)), f"{value:f}"))
    return tuple(made)
