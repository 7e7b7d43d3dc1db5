"""Services (诊疗项目) and diagnoses (诊断): by id, by code and by what a person types."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept
from clinic_app.kernel.search import normal
from clinic_app.modules.dictionaries.queries.typed import typed_bounds

_SERVICES_MATCHING = """
SELECT s.id, s.code, s.name, s.name_en, s.unit, s.unit_en, s.invoice_category, s.is_disabled,
    s.kind, s.executing_room, s.panel,
    (SELECT p.price_e4 FROM price p WHERE p.item_id = s.id AND p.valid_from <= :day
        AND (p.valid_to IS NULL OR p.valid_to >= :day))
FROM (SELECT service_id, min(2 * place + (key NOT IN (:typed, :spelled))) AS rank FROM service_key
    WHERE key >= :typed AND key < :below OR key >= :spelled AND key < :spelled_below GROUP BY service_id) AS hit
JOIN service_item AS s ON s.id = hit.service_id
{which}ORDER BY s.is_disabled, hit.rank, s.name LIMIT :most
"""
_REQUESTABLE_MATCHING = _SERVICES_MATCHING.format(
    which="WHERE s.kind IN ('treatment', 'examination', 'laboratory')\n"
)
_DIAGNOSES_MATCHING = """
SELECT d.id, d.code, d.name, d.name_en
FROM (SELECT diagnosis_id, min(2 * place + (key NOT IN (:typed, :spelled))) AS rank FROM diagnosis_key
    WHERE key >= :typed AND key < :below OR key >= :spelled AND key < :spelled_below GROUP BY diagnosis_id) AS hit
JOIN diagnosis AS d ON d.id = hit.diagnosis_id
WHERE d.is_disabled = 0
ORDER BY hit.rank, length(d.name), d.code LIMIT :most
"""


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


def services_matching(text: str, on: date, limit: int = 8) -> list[ServiceHit]:
    """Services whose name, pinyin initials, English name or code begins so, then those that contain it."""
    if not normal(text):
        return []
    return db.read(
        ServiceHit, _SERVICES_MATCHING.format(which=""),
        {**typed_bounds(text), "day": on.isoformat(), "most": limit},
    )  # fmt: skip


def requestable_matching(text: str, on: date, limit: int = 8) -> list[ServiceHit]:
    """The same of what a doctor requests and somebody executes: treatments, examinations, laboratory tests."""
    if not normal(text):
        return []
    return db.read(
        ServiceHit, _REQUESTABLE_MATCHING,
        {**typed_bounds(text), "day": on.isoformat(), "most": limit},
    )  # fmt: skip


@kept("diagnosis")
def diagnosis(diagnosis_id: bytes) -> Diagnosis | None:
    return db.read_one(Diagnosis, "SELECT id, code, name, name_en FROM diagnosis WHERE id = ?", (diagnosis_id,))


def diagnosis_by_code(code: str) -> Diagnosis | None:
    return db.read_one(Diagnosis, "SELECT id, code, name, name_en FROM diagnosis WHERE code = ?", (code,))


def diagnoses_matching(text: str, limit: int = 8) -> list[Diagnosis]:
    """Diagnoses whose name, pinyin initials, English name or code begins so, then those that contain it."""
    if not normal(text):
        return []
    return db.read(Diagnosis, _DIAGNOSES_MATCHING, {**typed_bounds(text), "most": limit})
