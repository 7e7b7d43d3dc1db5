"""Short code lists: allergy groups, frequencies, routes, invoice lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept
from clinic_app.kernel.search import normal, term_keys


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
class TcmTerm:
    """`kind` is disease (病) or syndrome (证); `keys` are what a typed text may be a part of."""

    code: str
    kind: str
    name: str
    name_en: str
    keys: str


@dataclass(frozen=True, slots=True)
class InvoiceCategory:
    code: str
    name: str
    name_en: str


@kept("allergy_group")
def allergy_groups() -> tuple[AllergyGroup, ...]:
    return tuple(db.read(AllergyGroup, "SELECT code, parent, name, name_en FROM allergy_group ORDER BY code"))


@kept("allergy_group")
def group_parents() -> Mapping[str, str | None]:
    """Every allergy group with the group that it belongs to."""
    return MappingProxyType(dict(db.rows("SELECT code, parent FROM allergy_group")))


@kept("frequency")
def frequencies() -> tuple[Frequency, ...]:
    """In the order of the list, the usual ones first."""
    found = db.rows(
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity FROM frequency ORDER BY position"
    )
    return tuple(_frequency(row) for row in found)


@kept("frequency")
def frequency(code: str) -> Frequency | None:
    found = db.row(
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity FROM frequency WHERE code = ?",
        (code,),
    )
    return _frequency(found) if found else None


def _frequency(row: tuple) -> Frequency:
    return Frequency(*row[:5], bool(row[5]), bool(row[6]))


@kept("route")
def routes() -> tuple[Route, ...]:
    return tuple(db.read(Route, "SELECT code, name, name_en, slip FROM route ORDER BY position"))


@kept("invoice_category")
def invoice_categories() -> tuple[InvoiceCategory, ...]:
    """In the order in which they stand on the invoice (FE-01)."""
    return tuple(db.read(InvoiceCategory, "SELECT code, name, name_en FROM invoice_category ORDER BY position"))


@kept("tcm_term")
def tcm_terms() -> tuple[TcmTerm, ...]:
    """Diseases and syndromes of traditional medicine (中医病名、证候), a short list."""
    return tuple(
        TcmTerm(*row, "\n".join((normal(row[2]), normal(row[3]), normal(row[0]), *sorted(term_keys(row[2])))))
        for row in db.rows("SELECT code, kind, name, name_en FROM tcm_term ORDER BY code")
    )


def tcm_term(code: str) -> TcmTerm | None:
    return next((one for one in tcm_terms() if one.code == code), None)


def tcm_terms_matching(text: str, limit: int = 8) -> list[TcmTerm]:
    """Those whose name, pinyin initials, English name or code begins so, then those that contain it."""
    typed = normal(text)
    if not typed:
        return []
    hits = [one for one in tcm_terms() if typed in one.keys]
    hits.sort(key=lambda one: (all(not key.startswith(typed) for key in one.keys.split("\n")), len(one.name)))
    return hits[:limit]
