"""Reads of the parameters: what holds now, what held, what will hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.kernel.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Dated:
    """One value with its first and last day as it is stored; `until` is the day before the next one begins."""

    value: str
    valid_from: date
    until: date | None
    source: str
    is_reviewed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter with what holds today; `next_from` when another value is to come."""

    declared: Parameter
    now: Dated
    next_from: date | None

    @property
    def kind(self) -> str:
        """switch, number or text."""
        value = self.declared.value
        return "switch" if isinstance(value, bool) else "number" if isinstance(value, int) else "text"

    @property
    def is_own(self) -> bool:
        """Whether the clinic has set it: it is not the value that the product came with."""
        return self.now.value != self.declared.store(self.declared.value)


def lines(on: date) -> list[Line]:
    """All parameters in the order of the subjects."""
    stored = _stored(db.rows(_ROWS + " ORDER BY name, valid_from"))
    return [_line(one, stored.get(one.name, []), on) for one in parameters.declared()]


def line(name: str, on: date) -> Line | None:
    declared = next((one for one in parameters.declared() if one.name == name), None)
    return _line(declared, history(name), on) if declared else None


def history(name: str) -> list[Dated]:
    """Every value, the oldest first."""
    return _stored(db.rows(_ROWS + " WHERE name = ? ORDER BY valid_from", (name,))).get(name, [])


_ROWS = "SELECT name, value, valid_from, valid_to, source, is_reviewed FROM parameter"


def _stored(rows: Iterable[tuple[str, str, str, str | None, str, int]]) -> dict[str, list[Dated]]:
    found: dict[str, list[Dated]] = {}
    for name, value, first, last, source, is_reviewed in rows:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last) if last else None
        found.setdefault(name, []).append(Dated(value, begins, ends, source, bool(is_reviewed)))
    return {name: _ended(values) for name, values in found.items()}


def _ended(values: list[Dated]) -> list[Dated]:
    """A value ends the day before the next begins: that is how `parameters.value` reads it."""
    pairs = zip(values, [*values[1:], None], strict=True)
    return [
        Dated(
            one.value,
            one.valid_from,
            _day_before(after.valid_from) if after else one.until,
            one.source,
            one.is_reviewed,
        )
        for one, after in pairs
    ]


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _line(declared: Parameter, values: list[Dated], on: date) -> Line:
    begun = [one for one in values if one.valid_from <= on]
    coming = [one.valid_from for one in values if one.valid_from > on]
    return Line(declared, begun[-1], coming[0] if coming else None)
