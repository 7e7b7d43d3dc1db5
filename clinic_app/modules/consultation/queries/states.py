"""What is known of the patient of a visit beyond the note: answers, courses that still run, the pain register."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.modules.consultation.rules.controlled import Registered, due_on
from clinic_app.modules.patients import queries as patients

_FACTS = (
    "SELECT 0, question, answer FROM patient_state WHERE visit_id = :visit"
    " UNION ALL SELECT 1, code, '' FROM visit_diagnosis WHERE visit_id = :visit AND removed_at IS NULL AND code <> ''"
    " ORDER BY 1, 2"
)
_RUNNING = (
    "SELECT l.drug_id, l.route, p.signed_on, p.prescription_no FROM json_each(:records) r"
    " JOIN prescription p ON p.patient_id = unhex(r.value) AND p.state = 'signed' AND p.signed_on >= :since"
    " JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
    " WHERE p.visit_id <> :visit AND date(p.signed_on, '+' || l.days || ' days') > :today"
    " ORDER BY p.signed_on DESC LIMIT 60"
)
_REGISTERED = (
    "SELECT p.patient_id, p.diagnosis, p.proof, p.registered_on, p.registered_by,"
    " coalesce((SELECT max(c.checked_on) FROM pain_check c WHERE c.patient_id = p.patient_id), p.registered_on),"
    " p.ended_on FROM pain_patient p"
)


@dataclass(frozen=True, slots=True)
class Running:
    """A drug of an earlier visit, or of another visit of the day, whose days are not over."""

    drug_id: bytes
    route: str
    signed_on: str
    prescription_no: str


@dataclass(frozen=True, slots=True)
class PainPatient:
    """A line of the register; `checked_on` the last re-check, or the registration itself."""

    patient_id: bytes
    diagnosis: str
    proof: str
    registered_on: str
    registered_by: bytes
    checked_on: str
    ended_on: str | None


def facts_of(visit_id: bytes) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """(question, answer) of this visit, one not asked is missing; and the codes of its diagnoses."""
    found = db.rows(_FACTS, {"visit": visit_id})
    return tuple((one, two) for kind, one, two in found if kind == 0), tuple(one for kind, one, _ in found if kind == 1)


def running_courses(patient_id: bytes, visit_id: bytes, on: date) -> list[Running]:
    """Courses of the person from other visits that still run on a day; at most 60, the newest first."""
    since = on - timedelta(days=parameters.value("consultation.long_term_most_days", on))
    records = patients.same_person(patient_id)
    listed = "[" + ",".join(f'"{one.hex()}"' for one in records) + "]"
    return db.read(
        Running, _RUNNING,
        {"records": listed, "since": since.isoformat(), "visit": visit_id, "today": on.isoformat()},
    )  # fmt: skip


def pain_patient(patient_id: bytes) -> PainPatient | None:
    """The register of a person, whichever record it was made on; an ended one counts no more."""
    for record in patients.same_person(patient_id):
        found = db.read_one(PainPatient, f"{_REGISTERED} WHERE p.patient_id = ? AND p.ended_on IS NULL", (record,))
        if found is not None:
            return found
    return None


def pain_patients(limit: int = 200) -> list[PainPatient]:
    """The register, the longest unchecked first."""
    return db.read(PainPatient, f"{_REGISTERED} WHERE p.ended_on IS NULL ORDER BY 6 LIMIT ?", (limit,))


def registered(found: PainPatient | None, on: date) -> Registered | None:
    """The register as the rule of RX-08 reads it."""
    if found is None:
        return None
    checked = date.fromisoformat(found.checked_on)
    return Registered(checked, due_on(checked, parameters.value("consultation.pain_check_months", on)))
