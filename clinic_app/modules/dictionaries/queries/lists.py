"""Lists for the dictionaries' own pages: a page of rows, all of them or those that a typed text finds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.search import normal
from clinic_app.modules.dictionaries.queries import choices, stored
from clinic_app.modules.dictionaries.queries.typed import FOUND_IN, typed_words

PAGE = 100
MOST_MATCHES = 500
_PRICE = (
    "(SELECT p.price_e4 FROM price AS p WHERE p.item_id = i.id AND p.valid_from <= :day"
    " AND (p.valid_to IS NULL OR p.valid_to >= :day)),"
    " (SELECT min(p.valid_from) FROM price AS p WHERE p.item_id = i.id AND p.valid_from > :day AND p.valid_to IS NULL)"
)
_GROUPS = (
    "(SELECT group_concat(g.name, '、') FROM drug_allergy_group AS m JOIN allergy_group AS g ON g.code = m.group_code"
    " WHERE m.drug_id = i.id), (SELECT group_concat(g.name_en, ', ') FROM drug_allergy_group AS m"
    " JOIN allergy_group AS g ON g.code = m.group_code WHERE m.drug_id = i.id)"
)
_DRUGS = (
    "SELECT i.id, i.code, i.name, i.name_en, i.strength_text, i.maker, i.shelf, i.pack_unit, i.pack_unit_en, c.name,"
    f" c.name_en, i.is_disabled, i.is_reviewed, {_PRICE}, {_GROUPS}"
    " FROM drug AS i LEFT JOIN invoice_category AS c ON c.code = i.invoice_category{where}"
    " ORDER BY i.code LIMIT :most OFFSET :skip"
)
_SERVICES = (
    "SELECT i.id, i.code, i.name, i.name_en, '', '', '', i.unit, i.unit_en, c.name, c.name_en, i.is_disabled,"
    f" i.is_reviewed, {_PRICE}, NULL, NULL"
    " FROM service_item AS i LEFT JOIN invoice_category AS c ON c.code = i.invoice_category{where}"
    " ORDER BY i.code LIMIT :most OFFSET :skip"
)
_DIAGNOSES = (
    "SELECT i.id, i.code, i.name, i.name_en, i.is_disabled, i.is_reviewed FROM diagnosis AS i{where}"
    " ORDER BY i.code LIMIT :most OFFSET :skip"
)
_FOUND = f" WHERE i.id IN ({FOUND_IN})"


@dataclass(frozen=True, slots=True)
class Item:
    """A drug or service of the list; `planned_on` is the day on which another price begins."""

    id: bytes
    code: str
    name: str
    name_en: str
    strength_text: str
    maker: str
    shelf: str
    unit: str
    unit_en: str
    category: str | None
    category_en: str | None
    is_disabled: int
    is_reviewed: int
    price_e4: int | None
    planned_on: str | None
    groups: str | None
    groups_en: str | None


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    id: bytes
    code: str
    name: str
    name_en: str
    is_disabled: int
    is_reviewed: int


@dataclass(frozen=True, slots=True)
class Group:
    """An allergy group with the name of the one above it and the number of drugs in it."""

    code: str
    name: str
    name_en: str
    parent: str | None
    parent_en: str | None
    drugs: int
    is_reviewed: int


def drug_rows(text: str, on: date, skip: int = 0) -> list[Item]:
    """At most PAGE + 1 drugs by code: one more than a page says that there is another page."""
    return [Item(*row) for row in _page("drugs", _DRUGS, text, skip, day=on.isoformat())]


def service_rows(text: str, on: date, skip: int = 0) -> list[Item]:
    """Services by code, as `drug_rows`."""
    return [Item(*row) for row in _page("services", _SERVICES, text, skip, day=on.isoformat())]


def diagnosis_rows(text: str, skip: int = 0) -> list[DiagnosisRow]:
    """Diagnoses by code, as `drug_rows`."""
    return [DiagnosisRow(*row) for row in _page("diagnoses", _DIAGNOSES, text, skip)]


def _page(kind: str, sql: str, text: str, skip: int, **given: str) -> list[tuple[Any, ...]]:
    """All rows of a list in its order, or those that a typed text finds."""
    found = typed_words(kind, text)
    return db.rows(
        sql.format(where=_FOUND if found else ""), {**(found or {}), **given, "most": PAGE + 1, "skip": skip}
    )


def group_rows() -> list[Group]:
    """Every allergy group below the one that it belongs to."""
    return db.read(
        Group,
        "SELECT g.code, g.name, g.name_en, p.name, p.name_en,"
        " (SELECT count(*) FROM drug_allergy_group AS m WHERE m.group_code = g.code), g.is_reviewed"
        " FROM allergy_group AS g LEFT JOIN allergy_group AS p ON p.code = g.parent"
        " ORDER BY coalesce(g.parent, g.code), g.parent IS NOT NULL, g.code",
    )


def counts() -> dict[str, int]:
    """How many rows each list has, for the tabs, how many prices wait and how many items are not classified."""
    found = db.row(
        "SELECT (SELECT count(*) FROM drug), (SELECT count(*) FROM service_item), (SELECT count(*) FROM diagnosis),"
        " (SELECT count(*) FROM allergy_group), (SELECT count(*) FROM price_proposal WHERE decided_at IS NULL)"
    )
    names = ("drugs", "services", "diagnoses", "groups", "waiting")
    return {**dict(zip(names, found or (0,) * len(names), strict=True)), "unclassified": unclassified()}


def latest_imports(limit: int = 6) -> list[tuple[str, str, int, int, int]]:
    """(kind, source, new, changed, at) of the last imports that changed something."""
    return db.rows("SELECT kind, source, new_rows, changed_rows, at FROM import_run ORDER BY id DESC LIMIT ?", (limit,))


def entry_rows(kind: str, text: str, skip: int = 0) -> list[dict[str, Any]]:
    """At most PAGE + 1 rows of a list without a page of its own, in its order, as they are stored."""
    found = sorted(stored.stored_rows(kind, date.min).values(), key=lambda row: (row.get("position", 0), row["code"]))
    if normal(text):
        wanted = {one.code for one in choices.picks_matching(kind, text, date.min, MOST_MATCHES)}
        found = [row for row in found if row["code"] in wanted or normal(row["code"]).startswith(normal(text))]
    return found[skip : skip + PAGE + 1]


def unclassified() -> int:
    """How many drugs and services stand on no invoice line yet."""
    return int(db.value(
        "SELECT (SELECT count(*) FROM drug WHERE invoice_category IS NULL AND is_disabled = 0)"
        " + (SELECT count(*) FROM service_item WHERE invoice_category IS NULL AND is_disabled = 0)"
    ))  # fmt: skip
