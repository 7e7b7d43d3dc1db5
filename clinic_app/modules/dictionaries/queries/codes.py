"""Short code lists: allergy groups, frequencies, routes, invoice lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
    slots: tuple[str, ...] = ()
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """`slip` is what the route prints: oral, injection, infusion or treatment.

    `fee_item` is the code of the service charged for each time, `next_fee_item` that for each further bottle of a day.
    """

    code: str
    name: str
    name_en: str
    slip: str
    fee_item: str = ""
    next_fee_item: str = ""
    is_disabled: int = 0


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
    is_disabled: int = 0


@dataclass(frozen=True, slots=True)
class Supplier:
    """`licence_until` is the last day of the licence as ISO text, None where nobody wrote it down (CFG-09)."""

    code: str
    name: str
    name_en: str
    licence_no: str
    licence_until: str | None
    is_disabled: int

    def is_expired(self, on: date) -> bool:
        """Whether the licence has run out on that day; its last day still counts."""
        return self.licence_until is not None and self.licence_until < on.isoformat()


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
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity, slots, is_disabled FROM frequency"
        " ORDER BY position"
    )
    return tuple(_frequency(row) for row in found)


@kept("frequency")
def frequency(code: str) -> Frequency | None:
    found = db.row(
        "SELECT code, name, name_en, times, cycle_days, is_single, needs_quantity, slots, is_disabled FROM frequency"
        " WHERE code = ?",
        (code,),
    )
    return _frequency(found) if found else None


def _frequency(row: tuple) -> Frequency:
    slots = tuple(filter(None, row[7].split(";")))
    return Frequency(*row[:5], bool(row[5]), bool(row[6]), slots, bool(row[8]))


@kept("route")
def routes() -> tuple[Route, ...]:
    return tuple(
        db.read(
            Route, "SELECT code, name, name_en, slip, fee_item, next_fee_item, is_disabled FROM route ORDER BY position"
        )
    )


@kept("invoice_category")
def invoice_categories() -> tuple[InvoiceCategory, ...]:
    """In the order in which they stand on the invoice (FE-01)."""
    found = db.read(
        InvoiceCategory, "SELECT code, name, name_en, is_disabled FROM invoice_category ORDER BY position"
    )
    return tuple(found)


@kept("supplier")
def suppliers() -> tuple[Supplier, ...]:
    """By code, disabled ones too."""
    found = db.read(
        Supplier, "SELECT code, name, name_en, licence_no, licence_until, is_disabled FROM supplier ORDER BY code"
    )
    return tuple(found)


def supplier_named(name: str) -> Supplier | None:
    """The supplier of exactly this name in either language; None for one that is typed in freely."""
    wanted = normal(name)
    return next((one for one in suppliers() if wanted in (normal(one.name), normal(one.name_en))), None)


@kept("tcm_term")
def tcm_terms() -> tuple[TcmTerm, ...]:
    """Diseases and syndromes of traditional medicine (中医病名、证候), a short list."""
    return tuple(
        TcmTerm(*row, "\n".join((normal(row[2]), normal(row[3]), normal(row[0]), *sorted(term_keys(row[2])))))
        for row in db.rows("SELECT code, kind, name, name_en FROM tcm_term WHERE is_disabled = 0 ORDER BY code")
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
