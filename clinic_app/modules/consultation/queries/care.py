"""Who takes part in a person's care, and what was written at the person's visits (病历一览)."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.rights import Actor
from clinic_app.modules.patients import queries as patients

MOST_VISITS = 50


@dataclass(frozen=True, slots=True)
class WrittenVisit:
    """One visit with what was signed at it; texts are empty before signing and while it is being amended."""

    visit_id: bytes
    visit_no: str
    visit_on: str
    kind: str
    doctor: str
    note_state: str
    chief_complaint: str
    plan: str
    diagnoses: str
    drugs: str


_SEEN = (
    "SELECT EXISTS(SELECT 1 FROM json_each(?) j JOIN visit v ON v.patient_id = unhex(j.value)"
    " WHERE v.doctor_id = ? AND v.state <> 'cancelled')"
)
_WRITTEN = """
SELECT v.id, v.visit_no, v.visit_on, v.kind, coalesce(d.name, ''), coalesce(n.state, ''),
  CASE n.state WHEN 'signed' THEN n.chief_complaint ELSE '' END, CASE n.state WHEN 'signed' THEN n.plan ELSE '' END,
  coalesce((SELECT group_concat(name, '；') FROM (SELECT x.name FROM visit_diagnosis x WHERE x.visit_id = v.id
    AND x.removed_at IS NULL AND n.state <> 'draft' ORDER BY x.position, x.id)), ''),
  coalesce((SELECT group_concat(name, '、') FROM (SELECT g.name FROM prescription s
    JOIN prescription_line l ON l.prescription_id = s.id JOIN drug g ON g.id = l.drug_id
    WHERE s.visit_id = v.id AND s.state = 'signed' AND l.deleted_at IS NULL ORDER BY s.signed_at, l.line_no)), '')
FROM json_each(?) j JOIN visit v ON v.patient_id = unhex(j.value) LEFT JOIN note n ON n.visit_id = v.id
LEFT JOIN person d ON d.id = v.doctor_id WHERE v.state <> 'cancelled' ORDER BY v.registered_at DESC LIMIT 50
"""


def is_closed(actor: Actor, patient_id: bytes) -> bool:
    """Whether the actor must say why before what was written of this person is shown (紧急查看)."""
    return patients.is_chart_closed(
        actor, patient_id, is_clinical=True, is_in_care=has_seen(actor.person_id, patient_id)
    )


def has_seen(person_id: bytes, patient_id: bytes) -> bool:
    """Whether this doctor had a visit of the person, in any linked record."""
    return bool(db.value(_SEEN, (_records(patient_id), person_id)))


def written_visits(patient_id: bytes) -> list[WrittenVisit]:
    """The newest 50 visits of the person that were not cancelled, of every linked record."""
    return db.read(WrittenVisit, _WRITTEN, (_records(patient_id),))


def _records(patient_id: bytes) -> str:
    return json.dumps([one.hex() for one in patients.same_person(patient_id)])
