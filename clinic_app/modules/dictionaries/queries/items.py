"""Services (诊疗项目) and diagnoses (诊断): by id, by code and by what a person types."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept
from clinic_app.modules.dictionaries.queries.typed import NOBODY, ORDER, find, search, typed_words

_SERVICE_COLUMNS = (
    "i.id, i.code, i.name, i.name_en, i.unit, i.unit_en, i.invoice_category, i.is_disabled, i.kind,"
    " i.executing_room, i.panel, (SELECT p.price_e4 FROM price p WHERE p.item_id = i.id AND p.valid_from <= :day"
    " AND (p.valid_to IS NULL OR p.valid_to >= :day))"
)
_SERVICE_ORDER = f"i.is_disabled, {ORDER}, i.name"
_SERVICES = search(_SERVICE_COLUMNS, "service_item", _SERVICE_ORDER)
_REQUESTABLE = search(
    _SERVICE_COLUMNS, "service_item", _SERVICE_ORDER, "i.kind IN ('treatment', 'examination', 'laboratory')"
)
_DIAGNOSES = search(
    "i.id, i.code, i.name, i.name_en", "diagnosis", f"{ORDER}, length(i.name), i.code", "i.is_disabled = 0"
)


@dataclass(frozen=True, slots=True)
class Service:
    """`kind` treatment, examination, laboratory, fee, material or other; `executing_room` where it is executed;
    `panel` the code of the analytes or the form of its report."""

    id: bytes
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    invoice_category: str | None
    is_disabled: int
    kind: str
    executing_room: str
    panel: str


@dataclass(frozen=True, slots=True)
class ServiceHit(Service):
    """One line of a suggestion list; `price_e4` of one unit on the day, None without a price."""

    price_e4: int | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    id: bytes
    code: str
    name: str
    name_en: str


@kept("service_item")
def service(service_id: bytes) -> Service | None:
    return db.read_one(
        Service,
        "SELECT id, code, name, name_en, unit, unit_en, invoice_category, is_disabled,"
        " kind, executing_room, panel FROM service_item WHERE id = ?",
        (service_id,),
    )


def service_by_code(code: str) -> Service | None:
    return db.read_one(
        Service,
        "SELECT id, code, name, name_en, unit, unit_en, invoice_category, is_disabled,"
        " kind, executing_room, panel FROM service_item WHERE code = ?",
        (code,),
    )


def services_matching(text: str, on: date, limit: int = 8, *, person_id: bytes = NOBODY) -> list[ServiceHit]:
    """Services whose name, pinyin initials, spelling, English name or code has the text, in the order of `typed`."""
    found = typed_words("services", text, person_id)
    return find(ServiceHit, _SERVICES, {**found, "day": on.isoformat(), "most": limit}) if found else []


def requestable_matching(text: str, on: date, limit: int = 8, *, person_id: bytes = NOBODY) -> list[ServiceHit]:
    """The same of what a doctor requests and somebody executes: treatments, examinations, laboratory tests."""
    found = typed_words("services", text, person_id)
    return find(ServiceHit, _REQUESTABLE, {**found, "day": on.isoformat(), "most": limit}) if found else []


@kept("diagnosis")
def diagnosis(diagnosis_id: bytes) -> Diagnosis | None:
    return db.read_one(Diagnosis, "SELECT id, code, name, name_en FROM diagnosis WHERE id = ?", (diagnosis_id,))


def diagnosis_by_code(code: str) -> Diagnosis | None:
    return db.read_one(Diagnosis, "SELECT id, code, name, name_en FROM diagnosis WHERE code = ?", (code,))


def diagnoses_matching(text: str, limit: int = 8, *, person_id: bytes = NOBODY) -> list[Diagnosis]:
    """Diagnoses whose name, pinyin initials, spelling, English name or code has the text, in the order of `typed`."""
    found = typed_words("diagnoses", text, person_id)
    return find(Diagnosis, _DIAGNOSES, {**found, "most": limit}) if found else []
