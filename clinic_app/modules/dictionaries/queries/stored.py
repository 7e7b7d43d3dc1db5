"""The lists as they are stored, in the form in which an import compares them."""

from datetime import date
from typing import Any

from peewee import fn

from clinic_app.kernel import db
from clinic_app.modules.dictionaries import models

MODELS = {
    "invoice_categories": models.InvoiceCategory,
    "allergy_groups": models.AllergyGroup,
    "frequencies": models.Frequency,
    "routes": models.Route,
    "services": models.ServiceItem,
    "diagnoses": models.Diagnosis,
    "tcm_terms": models.TcmTerm,
    "drugs": models.Drug,
    "suppliers": models.Supplier,
}
PRICED = {"drugs": "drug", "services": "service"}
_PRICES = (
    "SELECT item_id, price_e4 FROM price WHERE item_kind = ?1 AND valid_from <= ?2"
    " AND (valid_to IS NULL OR valid_to >= ?2)"
)
_LIMITS = "SELECT drug_id, most_single_dose, most_daily_dose FROM dose_limit WHERE valid_to IS NULL"
_LATER = (
    "SELECT item_id, min(valid_from) FROM price WHERE item_kind = ? AND valid_from > ? AND valid_to IS NULL"
    " GROUP BY item_id"
)


_PROPOSED = "SELECT item_id, price_e4 FROM price_proposal WHERE decided_at IS NULL"


def stored_row(kind: str, code: str, on: date) -> dict[str, Any] | None:
    """One row as `stored_rows` gives it, None for an unknown code."""
    model = MODELS[kind]
    return _filled(kind, on, model.select().where(model.code == code)).get(code)


def stored_rows(kind: str, on: date) -> dict[str, dict[str, Any]]:
    """Every row of a list by code, with its price of the day and one planned later, a drug's groups and dose limits."""
    return _filled(kind, on, MODELS[kind].select())


def last_position(kind: str) -> int:
    """The place of the last entry of an ordered list."""
    return int(MODELS[kind].select(fn.max(MODELS[kind].position)).scalar() or 0)


def stored_parents() -> dict[str, str | None]:
    """Allergy group -> the group that it belongs to."""
    return dict(db.rows("SELECT code, parent FROM allergy_group"))


def _filled(kind: str, on: date, query: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {row["code"]: row for row in query.dicts()}
    if kind in PRICED:
        prices = dict(db.rows(_PRICES, (PRICED[kind], on.isoformat())))
        later = dict(db.rows(_LATER, (PRICED[kind], on.isoformat())))
        proposed = dict(db.rows(_PROPOSED))
        for row in found.values():
            row["price_waiting"] = proposed.get(row["id"])
            row["price_e4"] = prices.get(row["id"])
            row["price_later_from"] = later.get(row["id"])
    if kind == "drugs":
        groups: dict[bytes, list[str]] = {}
        for drug_id, code in db.rows("SELECT drug_id, group_code FROM drug_allergy_group ORDER BY 1, 2"):
            groups.setdefault(drug_id, []).append(code)
        limits = {drug_id: most for drug_id, *most in db.rows(_LIMITS)}
        for row in found.values():
            row["allergy_groups"] = tuple(groups.get(row["id"], ()))
            row["most_single_dose"], row["most_daily_dose"] = limits.get(row["id"], (None, None))
    return found


def stored_codes(kind: str) -> set[str]:
    return {code for (code,) in MODELS[kind].select(MODELS[kind].code).tuples()}


def stored_divisions() -> dict[str, tuple[str | None, str]]:
    """Code -> (parent, name)."""
    return {code: (parent, name) for code, parent, name in db.rows("SELECT code, parent, name FROM division")}
