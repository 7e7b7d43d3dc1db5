"""Parameters (参数): every limit, rate and choice as dated data, never a constant in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.kept import kept

if TYPE_CHECKING:
    from clinic_app.kernel.unit_of_work import UnitOfWork

EVER = "1970-01-01"
_declared: dict[str, "Parameter"] = {}
Dated = list[tuple[str, str | None, str]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A subject's declaration: name `subject.what`, first value, where it comes from, whether that was read."""

    name: str
    value: int | str | bool
    source: str
    is_reviewed: bool = False
    lowest: int | None = None
    highest: int | None = None
    pattern: str = ""
    """Of a text: what the whole of it must match; empty for any text that is not empty."""
    is_range: bool = False
    """Of a text: `low-high`, two amounts of which the first is lower."""
    choices: tuple[int, ...] = ()
    """Of a number: the only ones it may be; empty for any within its bounds."""
    codes_of: str = ""
    """Of a text: the table whose codes it names, apart by blanks and semicolons; a code it has not is refused."""

    def parse(self, text: str) -> Any:
        if isinstance(self.value, bool):
            return text == "1"
        return int(text) if isinstance(self.value, int) else text

    def store(self, value: Any) -> str:
        return str(int(value)) if isinstance(self.value, bool | int) else str(value)


KERNEL = (Parameter("kernel.idle_seconds", 900, "idle lock after 15 minutes", True, lowest=60, highest=3600),)


def declare(parameter: Parameter) -> None:
    _declared[parameter.name] = parameter


def reset() -> None:
    _declared.clear()


def declared() -> tuple[Parameter, ...]:
    return tuple(_declared.values())


def seed(conn: apsw.Connection) -> None:
    """Give every declared parameter its first row; existing rows are left alone."""
    for one in _declared.values():
        conn.execute(
            "INSERT INTO parameter(name, value, valid_from, valid_to, source, is_reviewed) VALUES(?, ?, ?, NULL, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (one.name, one.store(one.value), EVER, one.source, one.is_reviewed),
        )


def value(name: str, on: date) -> Any:
    """The value that holds on a business day. A name nobody declared is a programming error."""
    declaration = _declared[name]
    day = on.isoformat()
    for valid_from, valid_to, text in _all().get(name, ()):
        if valid_from <= day and (valid_to is None or day <= valid_to):
            return declaration.parse(text)
    raise Refused("parameter.no_value", name=name, on=day)


@kept("parameter")
def _all() -> Mapping[str, Dated]:
    """Every row, newest first."""
    loaded: dict[str, Dated] = {}
    for row_name, valid_from, valid_to, text in db.rows(
        "SELECT name, valid_from, valid_to, value FROM parameter ORDER BY name, valid_from DESC"
    ):
        loaded.setdefault(row_name, []).append((valid_from, valid_to, text))
    return MappingProxyType(loaded)


def change(uow: "UnitOfWork", name: str, new: Any, valid_from: date, source: str) -> None:
    """Add a dated value, or put right the one that begins that day; values before it stay for their days."""
    declaration = _declared[name]
    if isinstance(new, int) and not isinstance(new, bool):
        low, high = declaration.lowest, declaration.highest
        if (low is not None and new < low) or (high is not None and new > high):
            raise Refused("parameter.out_of_range", name=name, value=new, lowest=low, highest=high)
    uow.execute(
        "INSERT INTO parameter(name, value, valid_from, valid_to, source, is_reviewed) VALUES(?, ?, ?, NULL, ?, 1)"
        " ON CONFLICT(name, valid_from) DO UPDATE SET value = excluded.value, source = excluded.source",
        (name, declaration.store(new), valid_from.isoformat(), source),
    )
