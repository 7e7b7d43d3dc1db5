"""Commands of the dictionaries (字典): bring in lists, set prices, take items out of use."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Invalid, Missing
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.search import normal, spelled_term, term_keys
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import models
from clinic_app.modules.dictionaries.events import LIST_IMPORTED, PRICE_SET
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.rules.difference import Change, Row, difference
from clinic_app.modules.dictionaries.rules.divisions import Division
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.modules.dictionaries.rules.prices import Standing, closing_day

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
_ITEMS = {"drug": models.Drug, "service": models.ServiceItem}
_LIMITS = ("most_single_dose", "most_daily_dose")
_NOT_COLUMNS = ("price_e4", "allergy_groups", *_LIMITS)
_ADD_GROUP = "INSERT INTO drug_allergy_group(drug_id, group_code) VALUES(?, ?)"
_ADD_LIMITS = (
    "INSERT INTO dose_limit(drug_id, most_single_dose, most_daily_dose, valid_from, source, is_reviewed, recorded_at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?)"
)
_ADD_PRICE = (
    "INSERT INTO price(item_kind, item_id, price_e4, valid_from, valid_to, source, is_reviewed, replaces_id,"
    " recorded_at) VALUES(?, ?, ?, ?, NULL, ?, ?, ?, ?)"
)
SLICE = 5000
Tell = Callable[[int, int], None]
"""Called with (rows done, rows to do) while a long list is written."""


def import_list(
    uow: UnitOfWork, kind: str, rows: Sequence[dict[str, Any]], *, source: str, tell: Tell | None = None
) -> dict[str, Any]:
    """Bring one list to what `rows` say (导入): new codes are added, changed rows changed, others left alone.

    `rows` are parsed by `rules.lists` and refer to known codes (`importing` sees to both). A new price begins today and
    closes the one before. Raises Invalid, keyed by code, when a row would change what may never change.
    """
    found = difference(LISTS[kind], rows, stored.stored_rows(kind, uow.on))
    if found.refused:
        raise Invalid(found.refused)
    for at in range(0, len(found.new), SLICE):
        _add(uow, kind, found.new[at : at + SLICE])
        if tell is not None:
            tell(min(at + SLICE, len(found.new)), len(found.new))
    for at, change in enumerate(found.changed, 1):
        _change(uow, kind, change)
        if tell is not None and at % SLICE == 0:
            tell(at, len(found.changed))
    return _record(uow, kind, source, len(found.new), len(found.changed), found.unchanged)


def import_divisions(uow: UnitOfWork, rows: Sequence[Division], *, source: str) -> dict[str, Any]:
    """Bring the administrative divisions (行政区划) to what `rows` say; divisions not named are left alone."""
    before = stored.stored_divisions()
    new = [row for row in rows if row.code not in before]
    changed = [row for row in rows if row.code in before and before[row.code] != (row.parent, row.name)]
    uow.conn.executemany(
        "INSERT INTO division(code, parent, name, level) VALUES(?, ?, ?, ?)",
        [(row.code, row.parent, row.name, row.level) for row in new],
    )
    uow.conn.executemany(
        "UPDATE division SET parent = ?, name = ? WHERE code = ?", [(row.parent, row.name, row.code) for row in changed]
    )
    uow.conn.executemany("DELETE FROM division_key WHERE code = ?", [(row.code,) for row in changed])
    keys = [(key, row.code) for row in (*new, *changed) for key in _division_keys(row.name)]
    uow.conn.executemany("INSERT INTO division_key(key, code) VALUES(?, ?)", sorted(keys))
    return _record(uow, "divisions", source, len(new), len(changed), len(rows) - len(new) - len(changed))


def _division_keys(name: str) -> set[str]:
    return {normal(name), *term_keys(name), *spelled_term(name)[:1]} - {""}


def set_price(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str
) -> dict[str, Any]:
    """Let a price hold from a day on (调价, FE-03); the price before it is closed, never edited.

    `price_e4` is for one pack of a drug or one unit of a service. Refused `dictionaries.price_in_past`,
    `.price_later_exists` or `.price_same`; Missing for an unknown item.
    """
    uow.require_sure_date()
    model = _model_of(item_kind)
    if not model.select().where(model.id == item_id).exists():
        raise Missing("dictionaries.no_such_item")
    price_id = _put_price(uow, item_kind, item_id, price_e4, valid_from, source, is_reviewed=True)
    day = valid_from.isoformat()
    uow.emit(PRICE_SET, item_id, {"item_kind": item_kind, "item_id": item_id, "price_e4": price_e4, "valid_from": day})
    uow.audit("dictionaries.set_price", item_id, price_e4=price_e4, valid_from=day)
    return {"price_id": price_id}


def disable(uow: UnitOfWork, item_kind: str, item_id: bytes) -> dict[str, Any]:
    """Take a drug or service out of use (停用): it is not offered any more and stays readable."""
    return _set_disabled(uow, item_kind, item_id, True)


def enable(uow: UnitOfWork, item_kind: str, item_id: bytes) -> dict[str, Any]:
    """Offer a disabled drug or service again (启用)."""
    return _set_disabled(uow, item_kind, item_id, False)


def _model_of(item_kind: str) -> type[models.Drug] | type[models.ServiceItem]:
    if item_kind not in _ITEMS:
        raise Missing("dictionaries.no_such_item")
    return _ITEMS[item_kind]


def _set_disabled(uow: UnitOfWork, item_kind: str, item_id: bytes, is_disabled: bool) -> dict[str, Any]:
    model = _model_of(item_kind)
    if model.update(is_disabled=int(is_disabled)).where(model.id == item_id).execute() != 1:
        raise Missing("dictionaries.no_such_item")
    uow.audit("dictionaries.disable" if is_disabled else "dictionaries.enable", item_id, kind=item_kind)
    return {"item_id": item_id.hex()}


def _put_price(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str, *, is_reviewed: bool
) -> int:
    last = db.row("SELECT id, price_e4, valid_from FROM price WHERE item_id = ? AND valid_to IS NULL", (item_id,))
    standing = Standing(last[0], last[1], date.fromisoformat(last[2])) if last else None
    if (ends := closing_day(standing, price_e4, valid_from, uow.on)) is not None and standing is not None:
        uow.execute("UPDATE price SET valid_to = ? WHERE id = ? AND valid_to IS NULL", (ends.isoformat(), standing.id))
    uow.execute(
        _ADD_PRICE,
        (
            item_kind, item_id, price_e4, valid_from.isoformat(), source, is_reviewed,
            standing.id if standing else None, uow.at,
        ),
    )  # fmt: skip
    return uow.conn.last_insert_rowid()


def _add(uow: UnitOfWork, kind: str, rows: Sequence[Row]) -> None:
    """New rows of a list, table by table, because one statement for many rows costs a fraction of many for one."""
    model = stored.MODELS[kind]
    items = [{**row, "id": new_id(), "is_disabled": 0} for row in rows] if kind in _KEYS else rows
    columns = [name for name in items[0] if name not in _NOT_COLUMNS]
    cells = [[item[name] for name in columns] for item in items]
    sql, _ = model.insert_many(cells[:1], fields=[getattr(model, name) for name in columns]).sql()
    uow.conn.executemany(sql, cells)
    if kind not in _KEYS:
        return
    # in the order of the table, so that a long list does not jump about in a file larger than the cache
    keys = [(key, item["id"], place) for item in items for key, place in _keys_of(item).items()]
    uow.conn.executemany(_KEYS[kind][1], sorted(keys))
    uow.conn.executemany(_ADD_GROUP, [(item["id"], code) for item in items for code in item.get("allergy_groups", ())])
    limited = [item for item in items if any(item.get(name) for name in _LIMITS)]
    uow.conn.executemany(_ADD_LIMITS, [_limits(uow, item["id"], item) for item in limited])
    if item_kind := stored.PRICED.get(kind):
        shared = [(item["price_e4"], uow.on.isoformat(), item["source"], item["is_reviewed"]) for item in items]
        prices = [(item_kind, item["id"], *one, None, uow.at) for item, one in zip(items, shared, strict=True)]
        uow.conn.executemany(_ADD_PRICE, prices)


def _limits(uow: UnitOfWork, drug_id: bytes, row: Row) -> tuple[Any, ...]:
    most = [row[name] for name in _LIMITS]
    return drug_id, *most, uow.on.isoformat(), row["source"], row["is_reviewed"], uow.at


def _keys_of(row: Row) -> dict[str, int]:
    return search_keys(row["name"], row["name_en"], row["code"])


def _change(uow: UnitOfWork, kind: str, change: Change) -> None:
    model, code = stored.MODELS[kind], change.row["code"]
    columns = {name: change.row[name] for name in change.columns if name not in _NOT_COLUMNS}
    if columns:
        model.update(columns).where(model.code == code).execute()
    if kind in _KEYS:
        item_id = model.select(model.id).where(model.code == code).scalar()
        _write_details(uow, kind, item_id, dict(change.row), change.columns)


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
        _put_price(
            uow, stored.PRICED[kind], item_id, row["price_e4"], uow.on, row["source"],
            is_reviewed=bool(row["is_reviewed"]),
        )  # fmt: skip


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


def _record(uow: UnitOfWork, kind: str, source: str, new: int, changed: int, unchanged: int) -> dict[str, Any]:
    run_id = new_id()
    if new or changed:
        models.ImportRun.insert(
            id=run_id,
            kind=kind,
            source=source[:200],
            new_rows=new,
            changed_rows=changed,
            unchanged_rows=unchanged,
            person_id=uow.actor.person_id,
            at=uow.at,
        ).execute()
        uow.emit(LIST_IMPORTED, run_id, {"run_id": run_id, "kind": kind, "new": new, "changed": changed})
    uow.audit("dictionaries.import", run_id, kind=kind, new=new, changed=changed, unchanged=unchanged)
    return {"kind": kind, "new": new, "changed": changed, "unchanged": unchanged}
