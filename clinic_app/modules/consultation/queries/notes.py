"""The note of a visit (病历), its signed versions and its diagnoses."""

from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import db
from sync.wire.canonical import parse

WRITTEN = ("chief_complaint", "present_illness", "examination", "plan")
VITALS = ("temperature", "pulse", "respiration", "blood_pressure", "spo2", "weight")


@dataclass(frozen=True, slots=True)
class Note:
    """The note as it is written now; `state` draft, signed or amending. Texts and vitals are as typed."""

    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    state: str
    amend_reason: str
    rev: int
    opened_at: int
    saved_at: int
    chief_complaint: str
    present_illness: str
    examination: str
    plan: str
    temperature: str
    pulse: str
    respiration: str
    blood_pressure: str
    spo2: str
    weight: str

    def fields(self) -> dict[str, str]:
        """Texts and vitals by name."""
        return {name: getattr(self, name) for name in (*WRITTEN, *VITALS)}


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """One signed version: version 1 at the visit, later ones are amendments with a reason (OR-06)."""

    visit_id: bytes
    version: int
    content: dict[str, Any]
    content_hash: bytes
    reason: str
    signed_by: bytes
    signed_at: int


@dataclass(frozen=True, slots=True)
class VisitDiagnosis:
    """A diagnosis of a visit; free wording has no `diagnosis_id` and no `code` (OR-08)."""

    id: int
    position: int
    diagnosis_id: bytes | None
    code: str
    name: str
    name_en: str


_NOTE = (
    "SELECT visit_id, patient_id, doctor_id, state, amend_reason, rev, opened_at, saved_at, chief_complaint,"
    " present_illness, examination, plan, temperature, pulse, respiration, blood_pressure, spo2, weight"
    " FROM note WHERE visit_id = ?"
)
_VERSIONS = (
    "SELECT visit_id, version, content, content_hash, reason, signed_by, signed_at FROM note_version"
    " WHERE visit_id = ? ORDER BY version"
)
_DIAGNOSES = (
    "SELECT v.id, v.position, v.diagnosis_id, v.code, v.name, coalesce(d.name_en, v.name) FROM visit_diagnosis v"
    " LEFT JOIN diagnosis d ON d.id = v.diagnosis_id WHERE v.visit_id = ? AND v.removed_at IS NULL"
    " ORDER BY v.position, v.id"
)


def note(visit_id: bytes) -> Note | None:
    """The note of a visit, or None before the consultation was opened."""
    return db.read_one(Note, _NOTE, (visit_id,))


def note_versions(visit_id: bytes) -> list[NoteVersion]:
    """Every signed version, the first one first."""
    return [NoteVersion(*row[:2], parse(row[2].encode()), *row[3:]) for row in db.rows(_VERSIONS, (visit_id,))]


def diagnoses_of_visit(visit_id: bytes) -> list[VisitDiagnosis]:
    """The diagnoses in the doctor's order, the main one first."""
    return db.read(VisitDiagnosis, _DIAGNOSES, (visit_id,))
