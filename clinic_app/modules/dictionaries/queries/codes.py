"""Short code lists: allergy groups, frequencies, routes, invoice lines."""

from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class AllergyGroup:
    code: str
    parent: str | None
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Frequency:
    """`times` in `cycle_days` days; `is_single` for st and sos, `needs_quantity` for prn (QT-05, QT-06)."""

    code: str
    name: str
    name_en: str
    times: int
    cycle_days: int
    is_single: bool
    needs_quantity: bool


@dataclass(frozen=True, slots=True)
class Route:
    """`slip` is what the route prints: oral, injection, infusion or treatment."""

    code: str
    name: str
    name_en: str
    slip: str


@dataclass(frozen=True, slots=True)
class InvoiceCategory:
    code: str
    name: str
    name_en: str


def newest_import() -> bytes | None:
    """The id of the import that last changed a list; what is kept of lists and drugs is true as long as it is the same.

    Prices and the use of single items change without an import.
    """
    return db.value("SELECT id FROM import_run ORDER BY id DESC LIMIT 1")


def allergy_groups() -> list[AllergyGroup]:
    return db.read(AllergyGroup, "SELECT code, parent, name, name_en FROM allergy_group ORDER BY code")


def group_parents() -> dict[str, str | None]:
    """Every allergy group with the group that it belongs to."""
    return dict(db.rows("SELECT code, parent FROM allergy_group"))


def frequencies() -> list[Frequency]:
    """In the order of the list, the usual ones first."""
    found = db.rows(
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity FROM frequency ORDER BY position"
    )
    return [_frequency(row) for row in found]


def frequency(code: str) -> Frequency | None:
    found = db.row(
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity FROM frequency WHERE code = ?",
        (code,),
    )
    return _frequency(found) if found else None


def _frequency(row: tuple) -> Frequency:
    return Frequency(*row[:5], bool(row[5]), bool(row[6]))


def routes() -> list[Route]:
    return db.read(Route, "SELECT code, name, name_en, slip FROM route ORDER BY position")


def invoice_categories() -> list[InvoiceCategory]:
    """In the order in which they stand on the invoice (FE-01)."""
    return db.read(InvoiceCategory, "SELECT code, name, name_en FROM invoice_category ORDER BY position")
