"""Rows of one list as they are written (写入): columns, search words, allergy groups, dose limits, first prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.queries.search_words import TAGS, words
from clinic_app.modules.dictionaries.rules.difference import Change, Row
from clinic_app.modules.dictionaries.services import prices, searching, versions

_LIMITS = ("most_single_dose", "most_daily_dose")
_NOT_COLUMNS = ("price_e4", "allergy_groups", *_LIMITS)
_ADD_GROUP = "INSERT INTO drug_allergy_group(drug_id, group_code) VALUES(?, ?)"
_ADD_LIMITS = (
    "INSERT INTO dose_limit(drug_id, most_single_dose, most_daily_dose, valid_from, source, is_reviewed, recorded_at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Ready:
    """New rows of a list as they will be written, worked out before the transaction begins."""

    kind: str
    items: Sequence[Row]
    sql: str
    cells: list[list[Any]]
    words: list[tuple[str, str]]


def ready(kind: str, rows: Sequence[Row]) -> Ready:
    """Ids and search words of new rows; nothing is read or written."""
    model = stored.MODELS[kind]
    items = [{**row, "id": new_id(), "is_disabled": 0} for row in rows] if kind in TAGS else rows
    columns = [name for name in items[0] if name not in _NOT_COLUMNS]
    cells = [[item[name] for name in columns] for item in items]
    sql, _ = model.insert_many(cells[:1], fields=[getattr(model, name) for name in columns]).sql()
    found = [words(kind, item["name"], item["name_en"], item["code"]) for item in items] if kind in TAGS else []
    return Ready(kind, items, sql, cells, found)


def add_rows(uow: UnitOfWork, new: Ready) -> None:
    """New rows of a list, table by table, because one statement for many rows costs a fraction of many for one."""
    kind, items = new.kind, new.items
    uow.conn.executemany(new.sql, new.cells)
    if kind not in TAGS:
        return
    searching.add(uow, [item["id"] for item in items], new.words)
    uow.conn.executemany(_ADD_GROUP, [(item["id"], code) for item in items for code in item.get("allergy_groups", ())])
    limited = [item for item in items if any(item.get(name) for name in _LIMITS)]
    uow.conn.executemany(_ADD_LIMITS, [_limits(uow, item["id"], item) for item in limited])
    if item_kind := stored.PRICED.get(kind):
        shared = [(item["price_e4"], uow.on.isoformat(), item["source"], item["is_reviewed"]) for item in items]
        first = [(item_kind, item["id"], *one, None, uow.at) for item, one in zip(items, shared, strict=True)]
        uow.conn.executemany(prices.ADD_PRICE, first)


def _limits(uow: UnitOfWork, drug_id: bytes, row: Row) -> tuple[Any, ...]:
    most = [row[name] for name in _LIMITS]
    return drug_id, *most, uow.on.isoformat(), row["source"], row["is_reviewed"], uow.at


def change_row(uow: UnitOfWork, kind: str, change: Change, act: str) -> None:
    """Change the columns that differ and write the version (版本) that says so; `act` is what was done."""
    model, code = stored.MODELS[kind], change.row["code"]
    columns = {name: change.row[name] for name in change.columns if name not in _NOT_COLUMNS}
    if columns:
        model.update(columns).where(model.code == code).execute()
    if kind in TAGS:
        item_id = model.select(model.id).where(model.code == code).scalar()
        _write_details(uow, kind, item_id, dict(change.row), change.columns)
    told = {name: (change.before[name], change.row[name]) for name in change.columns if name != "position"}
    if told:
        versions.write_version(uow, kind, code, act, told)


def _write_details(uow: UnitOfWork, kind: str, item_id: bytes, row: dict[str, Any], changed: tuple[str, ...]) -> None:
    """Search words, allergy groups, dose limits and the price of one drug, service or diagnosis."""
    if {"name", "name_en"} & set(changed):
        searching.renew(uow, kind, item_id, row["name"], row["name_en"], row["code"])
    if "allergy_groups" in changed:
        uow.execute("DELETE FROM drug_allergy_group WHERE drug_id = ?", (item_id,))
        uow.conn.executemany(_ADD_GROUP, [(item_id, code) for code in row["allergy_groups"]])
    if set(_LIMITS) & set(changed):
        _put_limits(uow, item_id, row)
    if "price_e4" in changed:
        prices.propose(
            uow, stored.PRICED[kind], item_id, row["price_e4"], uow.on, row["source"], is_reviewed=row["is_reviewed"]
        )


def _put_limits(uow: UnitOfWork, drug_id: bytes, row: dict[str, Any]) -> None:
    """Close the limits that stand and let those of the row hold from today; ones begun today hold on no day."""
    uow.execute(
        "UPDATE dose_limit SET valid_to = ? WHERE drug_id = ? AND valid_to IS NULL",
        ((uow.on - timedelta(days=1)).isoformat(), drug_id),
    )
    if any(row[name] for name in _LIMITS):
        uow.execute(_ADD_LIMITS, _limits(uow, drug_id, row))
