"""The note of a visit (病历), its signed versions and its diagnoses."""

import json
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import db
from clinic_app.modules.patients import queries as patients
from sync.wire.canonical import parse

WRITTEN = (
    "attended", "chief_complaint", "onset", "present_illness", "past_history", "personal_history", "family_history",
    "menstrual_history", "examination", "results", "plan",
)  # fmt: skip
VITALS = ("temperature", "pulse", "respiration", "blood_pressure", "spo2", "weight", "glucose")


@dataclass(frozen=True, slots=True)
class Note:
    """The note as it is written now; `state` draft, signed, amending, or awaiting a co-signature (OR-07).

    Texts and vitals are as typed; `attended` is when the patient was seen, `onset` when it began. `required` are the
    fields that its template wants filled, separated by spaces.
    """

    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    state: str
    amend_reason: str
    rev: int
    opened_at: int
    saved_at: int
    attended: str
    chief_complaint: str
    onset: str
    present_illness: str
    past_history: str
    personal_history: str
    family_history: str
    menstrual_history: str
    examination: str
    results: str
    plan: str
    temperature: str
    pulse: str
    respiration: str
    blood_pressure: str
    spo2: str
    weight: str
    glucose: str
    template_name: str
    required: str

    def fields(self) -> dict[str, str]:
        """Texts and vitals by name."""
        return {name: getattr(self, name) for name in (*WRITTEN, *VITALS)}


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """One signed version: version 1 at the visit, later ones are amendments with a reason (OR-06).

    One that `needs_cosign` was signed by a trainee: it is a draft until a registered doctor signs it too (OR-07).
    """

    visit_id: bytes
    version: int
    content: dict[str, Any]
    content_hash: bytes
    reason: str
    signed_by: bytes
    signed_at: int
    needs_cosign: int


@dataclass(frozen=True, slots=True)
class VisitDiagnosis:
    """A diagnosis of a visit; free wording has no `diagnosis_id` and no `code` (OR-08).

    `kind` is western, tcm_disease or tcm_syndrome; the first western one is the main diagnosis.
    """

    id: int
    position: int
    diagnosis_id: bytes | None
    code: str
    name: str
    name_en: str
    kind: str
    is_suspected: bool

    @property
    def mark(self) -> str:
        """Which one a page showed, and whether as a suspected one: `12` or `12?`."""
        return f"{self.id}?" if self.is_suspected else str(self.id)


_NOTE = (
    "SELECT visit_id, patient_id, doctor_id, state, amend_reason, rev, opened_at, saved_at, attended, chief_complaint,"
    " onset, present_illness, past_history, personal_history, family_history, menstrual_history, examination, results,"
    " plan, temperature, pulse, respiration, blood_pressure, spo2, weight, glucose, template_name, required"
    " FROM note WHERE visit_id = ?"
)
_HISTORY_TOLD = (
    "SELECT past_history, personal_history, family_history FROM note WHERE patient_id IN"
    " (SELECT unhex(value) FROM json_each(?)) AND state = 'signed' ORDER BY opened_at DESC LIMIT 1"
)
_VERSIONS = (
    "SELECT visit_id, version, content, content_hash, reason, signed_by, signed_at, needs_cosign FROM note_version"
    " WHERE visit_id = ? ORDER BY version"
)
_DIAGNOSES = (
    "SELECT v.id, v.position, v.diagnosis_id, v.code, v.name, coalesce(d.name_en, t.name_en, v.name), v.kind,"
    " v.is_suspected FROM visit_diagnosis v LEFT JOIN diagnosis d ON d.id = v.diagnosis_id"
    " LEFT JOIN tcm_term t ON t.code = v.code AND v.kind <> 'western' WHERE v.visit_id = ?"
    " AND v.removed_at IS NULL ORDER BY v.kind <> 'western', v.kind, v.position, v.id"
)


def note(visit_id: bytes) -> Note | None:
    """The note of a visit, or None before the consultation was opened."""
    return db.read_one(Note, _NOTE, (visit_id,))


def note_versions(visit_id: bytes) -> list[NoteVersion]:
    """Every signed version, the first one first."""
    return [NoteVersion(*row[:2], parse(row[2].encode()), *row[3:]) for row in db.rows(_VERSIONS, (visit_id,))]


def history_told(patient_id: bytes) -> dict[str, str]:
    """What the person's newest signed note says of past, personal and family history; empty texts without one."""
    found = db.row(_HISTORY_TOLD, (json.dumps([one.hex() for one in patients.same_person(patient_id)]),))
    names = ("past_history", "personal_history", "family_history")
    return dict(zip(names, found or ("", "", ""), strict=True))


def diagnoses_of_visit(visit_id: bytes) -> list[VisitDiagnosis]:
    """The diagnoses in the doctor's order, the main one first, those of traditional medicine last."""
    return [VisitDiagnosis(*row[:7], bool(row[7])) for row in db.rows(_DIAGNOSES, (visit_id,))]
