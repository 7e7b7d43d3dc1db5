"""Drugs (药品): by id, by code, by what a person types, and what an allergy may name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept
from clinic_app.kernel.search import normal, term_keys
from clinic_app.modules.dictionaries.queries.typed import NOBODY, ORDER, find, search, typed_words

_COLUMNS = (
    "id, code, name, name_en, form, strength_text, strength_dose, dose_unit, min_unit, min_unit_en, pack_unit,"
    " pack_unit_en, pack_size, is_splittable, rounding, route, frequency, usual_dose, usual_days, invoice_category,"
    " maker, shelf, is_disabled, minimum_age_years, antimicrobial_grade, controlled_class, needs_skin_test,"
    " substances"
)
_BY_ID = f"SELECT {_COLUMNS} FROM drug WHERE id = ?"
_BY_CODE = f"SELECT {_COLUMNS} FROM drug WHERE code = ?"
_ALL = f"SELECT {_COLUMNS} FROM drug ORDER BY code"
_MATCHING = search(
    "i.id, i.name, i.strength_text, i.pack_unit, i.min_unit, i.pack_size, (SELECT p.price_e4 FROM price p"
    " WHERE p.item_id = i.id AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)),"
    " i.invoice_category, i.is_disabled, i.route, i.frequency, i.usual_dose, i.dose_unit, i.usual_days,"
    " i.name_en, i.code, i.is_splittable, i.maker, i.min_unit_en, i.pack_unit_en, hit.rank = 0",
    "drug", f"i.is_disabled, {ORDER}, length(i.name), i.name, i.strength_text",
)  # fmt: skip
_LIMITS = (
    "SELECT most_single_dose, most_daily_dose FROM dose_limit WHERE drug_id = :id AND valid_from <= :day"
    " AND (valid_to IS NULL OR valid_to >= :day)"
)
_ALLERGENS = """
SELECT 'group', code, name, name_en FROM allergy_group
WHERE is_disabled = 0
    AND (name LIKE :inside ESCAPE '\\' OR name_en LIKE :inside ESCAPE '\\' OR code LIKE :start ESCAPE '\\')
ORDER BY code LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug of one strength and pack. `strength_dose` and `usual_dose` are decimal texts in `dose_unit`.

    `substances` are the codes of what it contains, the same for every maker, form and strength.
    """

    id: bytes
    code: str
    name: str
    name_en: str
    form: str
    strength_text: str
    strength_dose: str
    dose_unit: str
    min_unit: str
    min_unit_en: str
    pack_unit: str
    pack_unit_en: str
    pack_size: int
    is_splittable: bool
    rounding: str
    route: str
    frequency: str
    usual_dose: str
    usual_days: int | None
    invoice_category: str | None
    maker: str
    shelf: str
    is_disabled: bool
    minimum_age_years: int | None = None
    antimicrobial_grade: str | None = None
    controlled_class: str | None = None
    needs_skin_test: bool = False
    substances: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DoseLimits:
    """The most of one dose and of one day as decimal texts in the drug's dose unit; None where none is known."""

    most_single_dose: str | None
    most_daily_dose: str | None


@dataclass(frozen=True, slots=True)
class DrugHit:
    """One line of a suggestion list; `price_e4` is the pack price of the day, None without a price;
    `is_exact`: the typed text is its whole name, initials, spelling or code."""

    id: bytes
    name: str
    strength_text: str
    pack_unit: str
    min_unit: str
    pack_size: int
    price_e4: int | None
    invoice_category: str | None
    is_disabled: int
    route: str
    frequency: str
    usual_dose: str
    dose_unit: str
    usual_days: int | None
    name_en: str
    code: str
    is_splittable: int
    maker: str
    min_unit_en: str
    pack_unit_en: str
    is_exact: int


@dataclass(frozen=True, slots=True)
class Allergen:
    """What an allergy may name: `kind` is group or drug, `code` the code of that list."""

    kind: str
    code: str
    name: str
    name_en: str


@kept("drug")
def drug(drug_id: bytes) -> Drug | None:
    found = db.row(_BY_ID, (drug_id,))
    return _drug(found) if found else None


def drug_by_code(code: str) -> Drug | None:
    found = db.row(_BY_CODE, (code,))
    return _drug(found) if found else None


def all_drugs() -> list[Drug]:
    """Every drug by code, disabled ones too; for small lists such as a first goods-in, not for screens."""
    return [_drug(row) for row in db.rows(_ALL)]


def drugs(drug_ids: Iterable[bytes]) -> dict[bytes, Drug]:
    """The drugs of these ids; unknown ids are left out."""
    found = (drug(drug_id) for drug_id in dict.fromkeys(drug_ids))
    return {one.id: one for one in found if one is not None}


@kept("dose_limit")
def dose_limits_on(drug_id: bytes, day: date) -> DoseLimits | None:
    """The limits of a drug that hold on a day; None where none is known."""
    return db.read_one(DoseLimits, _LIMITS, {"id": drug_id, "day": day.isoformat()})


def drugs_matching(text: str, on: date, limit: int = 8, *, person_id: bytes = NOBODY) -> list[DrugHit]:
    """Drugs whose name, pinyin initials, spelling, English name or code has the text, in the order of `typed`.

    So a plain drug does not stand below its compounds. Disabled drugs stand last; `on` is the business day of the
    price.
    """
    found = typed_words("drugs", text, person_id)
    return find(DrugHit, _MATCHING, {**found, "day": on.isoformat(), "most": limit}) if found else []


@kept("drug_allergy_group")
def groups_of_drug(drug_id: bytes) -> frozenset[str]:
    """Codes of the allergy groups that a drug belongs to directly."""
    return frozenset(
        code for (code,) in db.rows("SELECT group_code FROM drug_allergy_group WHERE drug_id = ?", (drug_id,))
    )


def allergens_matching(text: str, limit: int = 8) -> list[Allergen]:
    """Allergy groups whose name contains the text, by pinyin initials too, then drugs; for the allergy field."""
    typed = normal(text)
    if not typed:
        return []
    safe = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    groups = db.read(Allergen, _ALLERGENS, {"inside": f"%{safe}%", "start": f"{safe}%", "most": limit})
    if len(groups) < limit:
        groups += _groups_by_initials(typed, {group.code for group in groups})
    hits = drugs_matching(text, date.min, limit) if len(groups) < limit else []
    return [*groups, *(Allergen("drug", hit.code, hit.name, hit.name_en) for hit in hits)][:limit]


def _groups_by_initials(typed: str, seen: set[str]) -> list[Allergen]:
    """Some twenty groups have no key table of their own: their initials are compared here."""
    found = db.read(Allergen, "SELECT 'group', code, name, name_en FROM allergy_group ORDER BY code")
    return [one for one in found if one.code not in seen and any(k.startswith(typed) for k in term_keys(one.name))]


def _drug(row: tuple) -> Drug:
    flags = {13, 22, 26}
    cells = [bool(cell) if at in flags else cell for at, cell in enumerate(row[:27])]
    return Drug(*cells, substances=frozenset(row[27].split(";")) - {""})
