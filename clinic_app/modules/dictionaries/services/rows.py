"""Rows of one list as they are written (写入): columns, search keys, allergy groups, dose limits, first prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.search import normal, spelled_term, term_keys
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.rules.difference import Change, Row
from clinic_app.modules.dictionaries.services import prices, versions

WHOLE, INSIDE = 0, 1
_KEYS = {
    "drugs": (
        "DELETE FROM drug_key WHERE drug_id = ?", "INSERT INTO drug_key(key, drug_id, place) VALUES(?, ?, ?)",
    ),
    "services": (
        "DELETE FROM service_key WHERE service_id = ?",
        "INSERT INTO service_key(key, service_id, place) VALUES(?, ?, ?)",
    ),
    "diagnoses": (
        "DELETE FROM diagnosis_key WHERE diagnosis_id = ?",
        "INSERT INTO diagnosis_key(key, diagnosis_id, place) VALUES(?, ?, ?)",
    ),
}  # fmt: skip
_LIMITS = ("most_single_dose", "most_daily_dose")
_NOT_COLUMNS = ("price_e4", "allergy_groups", *_LIMITS)
_ADD_GROUP = "INSERT INTO drug_allergy_group(drug_id, group_code) VALUES(?, ?)"
_DUE = "INSERT INTO search_due(kind, item_id) VALUES(?, ?)"
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
    keys: list[tuple[str, bytes, int]]
    is_search_due: bool


def ready(kind: str, rows: Sequence[Row], *, is_search_due: bool = False) -> Ready:
    """Ids and search keys of new rows; nothing is read or written. Keys that are due are left to `write_due`."""
    model = stored.MODELS[kind]
    items = [{**row, "id": new_id(), "is_disabled": 0} for row in rows] if kind in _KEYS else rows
    columns = [name for name in items[0] if name not in _NOT_COLUMNS]
    cells = [[item[name] for name in columns] for item in items]
    sql, _ = model.insert_many(cells[:1], fields=[getattr(model, name) for name in columns]).sql()
    # in the order of the table, so that a long list does not jump about in a file larger than the cache
    searched = items if kind in _KEYS and not is_search_due else ()
    keys = [(key, item["id"], place) for item in searched for key, place in _keys_of(item).items()]
    return Ready(kind, items, sql, cells, sorted(keys), is_search_due)


def add_rows(uow: UnitOfWork, new: Ready) -> None:
    """New rows of a list, table by table, because one statement for many rows costs a fraction of many for one."""
    kind, items = new.kind, new.items
    uow.conn.executemany(new.sql, new.cells)
    if kind not in _KEYS:
        return
    if new.is_search_due:
        uow.conn.executemany(_DUE, [(kind, item["id"]) for item in items])
    uow.conn.executemany(_KEYS[kind][1], new.keys)
    uow.conn.executemany(_ADD_GROUP, [(item["id"], code) for item in items for code in item.get("allergy_groups", ())])
    limited = [item for item in items if any(item.get(name) for name in _LIMITS)]
    uow.conn.executemany(_ADD_LIMITS, [_limits(uow, item["id"], item) for item in limited])
    if item_kind := stored.PRICED.get(kind):
        shared = [(item["price_e4"], uow.on.isoformat(), item["source"], item["is_reviewed"]) for item in items]
        first = [(item_kind, item["id"], *one, None, uow.at) for item, one in zip(items, shared, strict=True)]
        uow.conn.executemany(prices.ADD_PRICE, first)


def write_due(uow: UnitOfWork, most: int = 25) -> int:
    """Write the search keys of at most that many new entries that wait for them; how many it were."""
    due = db.rows("SELECT kind, item_id FROM search_due LIMIT ?", (most,))
    for kind, item_id in due:
        model = stored.MODELS[kind]
        name, name_en, code = model.select(model.name, model.name_en, model.code).where(model.id == item_id).tuples()[0]
        forget, remember = _KEYS[kind]
        uow.execute(forget, (item_id,))
        keys = search_keys(name, name_en, code)
        uow.conn.executemany(remember, [(key, item_id, place) for key, place in sorted(keys.items())])
        uow.execute("DELETE FROM search_due WHERE kind = ? AND item_id = ?", (kind, item_id))
    return len(due)


def _limits(uow: UnitOfWork, drug_id: bytes, row: Row) -> tuple[Any, ...]:
    most = [row[name] for name in _LIMITS]
    return drug_id, *most, uow.on.isoformat(), row["source"], row["is_reviewed"], uow.at


def _keys_of(row: Row) -> dict[str, int]:
    return search_keys(row["name"], row["name_en"], row["code"])


def change_row(uow: UnitOfWork, kind: str, change: Change, act: str) -> None:
    """Change the columns that differ and write the version (版本) that says so; `act` is what was done."""
    model, code = stored.MODELS[kind], change.row["code"]
    columns = {name: change.row[name] for name in change.columns if name not in _NOT_COLUMNS}
    if columns:
        model.update(columns).where(model.code == code).execute()
    if kind in _KEYS:
        item_id = model.select(model.id).where(model.code == code).scalar()
        _write_details(uow, kind, item_id, dict(change.row), change.columns)
    told = {name: (change.before[name], change.row[name]) for name in change.columns if name != "position"}
    if told:
        versions.write(uow, kind, code, act, told)


def _write_details(uow: UnitOfWork, kind: str, item_id: bytes, row: dict[str, Any], changed: tuple[str, ...]) -> None:
    """Search keys, allergy groups, dose limits and the price of one drug, service or diagnosis."""
    forget, remember = _KEYS[kind]
    if {"name", "name_en", "code"} & set(changed):
        uow.execute(forget, (item_id,))
        uow.conn.executemany(remember, [(key, item_id, place) for key, place in sorted(_keys_of(row).items())])
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


def search_keys(name: str, name_en: str, code: str) -> dict[str, int]:
    """What a typed text may begin with to find an item: WHOLE names, initials, spelling, code, or a part INSIDE one."""
    initials, english, syllables = term_keys(name), normal(name_en).split(), spelled_term(name)
    wholes = (normal(name), *initials)
    keys = {text[at:]: INSIDE for text in wholes for at in range(1, len(text) - 1)}
    keys.update(dict.fromkeys(syllables[1:-1], INSIDE))
    keys.update({" ".join(english[at:]): INSIDE for at in range(1, len(english))})
    keys.update(dict.fromkeys((*wholes, *syllables[:1], " ".join(english), normal(code)), WHOLE))
    keys.pop("", None)
    return keys


