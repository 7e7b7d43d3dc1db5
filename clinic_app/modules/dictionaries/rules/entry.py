"""One entry typed on screen: every wrong cell at once, where a file names the first of a line."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.cells import Column
from clinic_app.modules.dictionaries.rules.lists import List

PRICES = ("price", "pack_price")


def columns_of(kind: List, *, is_new: bool) -> Sequence[Column]:
    """What a person fills in; a known item's price is changed by a second person's leave only."""
    return [column for column in kind.columns if is_new or column.name not in PRICES]


def parsed(kind: List, typed: Mapping[str, str], *, is_new: bool) -> dict[str, Any]:
    """The values as an import has them, without a known item's price. Raises Invalid keyed by column."""
    columns = columns_of(kind, is_new=is_new)
    refused: dict[str, Refused] = {}
    for column in columns:
        try:
            cells.value(column, typed)
        except Refused as err:
            refused[column.name] = err
    if refused:
        raise Invalid(refused)
    left_out = {column.name: "0" for column in kind.columns if column not in columns}
    try:
        values = kind.parse({**typed, **left_out})
    except Refused as err:
        raise Invalid({err.field or "code": err}) from err
    if not is_new:
        values.pop("price_e4", None)
    return values


def written(kind: List, row: Mapping[str, Any]) -> dict[str, str]:
    """A stored row as the texts that a form shows."""
    shown = {column.name: _text(row.get(_stored_name(column.name))) for column in kind.columns}
    return {**shown, "reviewed": "yes" if row.get("is_reviewed") else "no"}


def _stored_name(column: str) -> str:
    return {"price": "price_e4", "pack_price": "price_e4"}.get(column, column)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, tuple) else str(value)
