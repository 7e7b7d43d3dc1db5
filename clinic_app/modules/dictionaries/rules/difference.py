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
        columns = tuple(name for name in row if row[name] != before[name])
        if kept := [name for name in columns if name in kind.frozen]:
            found.refused[row["code"]] = Refused(
                "dictionaries.frozen_column",
                field=kept[0],
                column=kept[0],
                code_of=row["code"],
                before=before[kept[0]],
                value=row[kept[0]],
            )
        elif "price_e4" in columns and before["price_later_from"]:
            found.refused[row["code"]] = Refused(
                "dictionaries.price_later_exists", field="price", day=before["price_later_from"]
            )
        elif columns:
            found.changed.append(Change(row, columns))
        else:
            found.unchanged += 1
    return found
