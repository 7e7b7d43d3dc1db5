"""What an import would change: rows compared with what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries.rules.lists import List

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A stored row with the columns that would become different."""

    row: Row
    columns: tuple[str, ...]
    before: Row


@dataclass(slots=True)
class Difference:
    """New rows, changed rows and the number of unchanged ones; `refused` by code for what may not change."""

    new: list[Row] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: dict[str, Refused] = field(default_factory=dict)


def difference(kind: List, rows: Sequence[Row], stored: Mapping[str, Row]) -> Difference:
    """Compare by code; a list that is ordered keeps the file's order as `position`. Rows not named are left alone."""
    found = Difference()
    for place, given in enumerate(rows, 1):
        row = {**given, "position": place} if kind.is_ordered else given
        before = stored.get(row["code"])
        if before is None:
            found.new.append(row)
            continue
        columns = changed_columns(row, before)
        if (refused := refusal(kind, row, before, columns)) is not None:
            found.refused[row["code"]] = refused
        elif columns:
            found.changed.append(Change(row, columns, before))
        else:
            found.unchanged += 1
    return found


def changed_columns(row: Row, before: Row) -> tuple[str, ...]:
    """The columns of `row` that would become different; a price that waits for its second person is no new one."""
    return tuple(
        name
        for name in row
        if row[name] != before[name] and (name != "price_e4" or row[name] != before.get("price_waiting"))
    )


def refusal(kind: List, row: Row, before: Row, columns: Sequence[str]) -> Refused | None:
    """Why these columns may not change, or None."""
    for name in columns:
        if name in kind.frozen:
            return Refused(
                "dictionaries.frozen_column", field=name, column=name, code_of=row["code"], before=before[name],
                value=row[name],
            )  # fmt: skip
    if "price_e4" in columns and before["price_later_from"]:
        return Refused("dictionaries.price_later_exists", field="price", day=before["price_later_from"])
    if "price_e4" in columns and before.get("price_waiting") is not None:
        return Refused("dictionaries.price_waiting", field="price")
    return None
