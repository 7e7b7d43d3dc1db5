"""What pharmacy and doctor said of a sheet (审方、质疑、退回), and what waits for the doctor."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, db, parameters
from clinic_app.modules.pharmacy.rules import Event, Standing, standing_of

_EVENTS = """
SELECT what, text, person_id, name, at FROM (
    SELECT r.outcome AS what, r.reason AS text, r.reviewed_by AS person_id, u.name AS name, r.reviewed_at AS at,
        0 AS answer FROM sheet_review r JOIN person u ON u.id = r.reviewed_by WHERE r.prescription_id = ?1
    UNION ALL SELECT 'asked', q.question, q.asked_by, u.name, q.asked_at, 0
        FROM sheet_question q JOIN person u ON u.id = q.asked_by WHERE q.prescription_id = ?1
    UNION ALL SELECT q.decision, q.answer, q.answered_by, u.name, q.answered_at, 1
        FROM sheet_question q JOIN person u ON u.id = q.answered_by
        WHERE q.prescription_id = ?1 AND q.decision IS NOT NULL)
ORDER BY at, answer
"""
_FOR_DOCTOR = """
SELECT q.id, p.id, p.prescription_no, p.visit_id, p.patient_id, t.name, v.queue_no, q.question, u.name, q.asked_at
FROM sheet_question q JOIN prescription p ON p.id = q.prescription_id JOIN patient t ON t.id = p.patient_id
JOIN visit v ON v.id = p.visit_id JOIN person u ON u.id = q.asked_by
WHERE q.doctor_id = ? AND q.decision IS NULL ORDER BY q.asked_at LIMIT 50
"""
_REJECTED = """
SELECT p.id, p.prescription_no, p.visit_id, p.patient_id, t.name, v.queue_no, r.reason, u.name, r.reviewed_at
FROM sheet_review r JOIN prescription p ON p.id = r.prescription_id JOIN patient t ON t.id = p.patient_id
JOIN visit v ON v.id = p.visit_id JOIN person u ON u.id = r.reviewed_by
WHERE r.outcome = 'rejected' AND r.reviewed_at >= ? AND p.doctor_id = ? AND p.state = 'signed'
    AND NOT EXISTS (SELECT 1 FROM sheet_review n WHERE n.prescription_id = r.prescription_id AND n.id > r.id)
ORDER BY r.reviewed_at LIMIT 50
"""
_ONE = """
SELECT q.id, q.prescription_id, p.prescription_no, q.doctor_id, p.patient_id, q.question, q.asked_by, u.name,
    q.asked_at, q.decision
FROM sheet_question q JOIN prescription p ON p.id = q.prescription_id JOIN person u ON u.id = q.doctor_id
WHERE q.id = ?
"""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question of the pharmacy to a doctor (质疑)."""

    id: bytes
    prescription_id: bytes
    prescription_no: str
    visit_id: bytes
    patient_id: bytes
    name: str
    queue_no: int
    question: str
    asked_by: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sheet that the pharmacy sent back to its doctor (退回) and that still stands."""

    prescription_id: bytes
    prescription_no: str
    visit_id: bytes
    patient_id: bytes
    name: str
    queue_no: int
    reason: str
    rejected_by: str
    rejected_at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the doctor it is for; `decision` once it was answered."""

    id: bytes
    prescription_id: bytes
    prescription_no: str
    doctor_id: bytes
    patient_id: bytes
    question: str
    asked_by: bytes
    doctor: str
    asked_at: int
    decision: str | None


def standing(prescription_id: bytes) -> Standing:
    """Where a sheet stands between doctor and pharmacy."""
    return standing_of(db.read(Event, _EVENTS, (prescription_id,)))


def question(question_id: bytes) -> Asked | None:
    return db.read_one(Asked, _ONE, (question_id,))


def open_question_of(prescription_id: bytes) -> bytes | None:
    """The question of a sheet that nobody answered yet."""
    found: bytes | None = db.value(
        "SELECT id FROM sheet_question WHERE prescription_id = ? AND decision IS NULL", (prescription_id,)
    )
    return found


def questions_for(doctor_id: bytes) -> list[Question]:
    """Open questions to a doctor, the oldest first."""
    return db.read(Question, _FOR_DOCTOR, (doctor_id,))


def rejected_for(doctor_id: bytes, on: date) -> list[Rejected]:
    """Sheets of the last days that were sent back to a doctor and not written anew."""
    days = parameters.value("pharmacy.queue_days", on)
    since = clock.clock.read().at - days * 86_400_000
    return db.read(Rejected, _REJECTED, (since, doctor_id))


def open_question_count(doctor_id: bytes) -> tuple[int, int | None]:
    """How many questions wait for a doctor, and since when the oldest."""
    found: tuple[int, int | None] = db.row(
        "SELECT count(*), min(asked_at) FROM sheet_question WHERE doctor_id = ? AND decision IS NULL", (doctor_id,)
    )
    return found
