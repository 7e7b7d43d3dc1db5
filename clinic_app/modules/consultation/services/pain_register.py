"""The register of long-term pain patients (疼痛患者登记, RX-08): registered, re-checked every three months, ended."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation.queries import states
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.patients import queries as patients

LONGEST = 100


def register_pain_patient(
    uow: UnitOfWork, patient_id: bytes, *, diagnosis: str, proof: str, has_consent: bool, has_identity_copy: bool
) -> dict[str, Any]:
    """Enter a person; Refused `consultation.pain_incomplete` until diagnosis, its proof, the signed consent and a copy
    of the identity card are there, `consultation.pain_registered` when the person stands in the register already.
    """
    if patients.patient(patient_id) is None:
        raise Missing("consultation.visit_missing")
    what, shown = (one_line(text, field="pain", most=LONGEST) for text in (diagnosis, proof))
    if not (what and shown and has_consent and has_identity_copy):
        raise Refused("consultation.pain_incomplete", field="pain")
    if states.pain_patient(patient_id) is not None:
        raise Refused("consultation.pain_registered")
    uow.execute(
        "INSERT INTO pain_patient(patient_id, diagnosis, proof, has_consent, has_identity_copy, registered_on,"
        " registered_by) VALUES(?, ?, ?, 1, 1, ?, ?) ON CONFLICT(patient_id) DO UPDATE SET"
        " diagnosis = excluded.diagnosis, proof = excluded.proof, registered_on = excluded.registered_on,"
        " registered_by = excluded.registered_by, ended_on = NULL, ended_by = NULL, end_reason = ''",
        (patient_id, what, shown, uow.on.isoformat(), uow.actor.person_id),
    )
    uow.audit("consultation.register_pain_patient", patient_id, patient_id=patient_id, diagnosis=what)
    return {"patient_id": patient_id.hex()}


def check_pain_patient(uow: UnitOfWork, patient_id: bytes, finding: str) -> dict[str, Any]:
    """Write down a re-check (复诊评估); Refused `consultation.pain_check_empty`, Missing for who is not registered."""
    found = states.pain_patient(patient_id)
    if found is None:
        raise Missing("consultation.pain_missing")
    what = one_line(finding, field="finding", most=LONGEST)
    if not what:
        raise Refused("consultation.pain_check_empty", field="finding")
    uow.execute(
        "INSERT INTO pain_check(patient_id, checked_on, finding, checked_by, recorded_at) VALUES(?, ?, ?, ?, ?)",
        (found.patient_id, uow.on.isoformat(), what, uow.actor.person_id, uow.at),
    )
    uow.audit("consultation.check_pain_patient", found.patient_id, patient_id=found.patient_id)
    return {"patient_id": found.patient_id.hex()}


def end_pain_patient(uow: UnitOfWork, patient_id: bytes, reason: str) -> dict[str, Any]:
    """Take a person off the register with a reason; the re-checks stay. Refused `consultation.reason_missing`."""
    found = states.pain_patient(patient_id)
    if found is None:
        raise Missing("consultation.pain_missing")
    why = one_line(reason, field="reason", most=LONGEST)
    if not why:
        raise Refused("consultation.reason_missing", field="reason")
    uow.execute(
        "UPDATE pain_patient SET ended_on = ?, ended_by = ?, end_reason = ? WHERE patient_id = ? AND ended_on IS NULL",
        (uow.on.isoformat(), uow.actor.person_id, why, found.patient_id),
    )
    uow.audit("consultation.end_pain_patient", found.patient_id, patient_id=found.patient_id, reason=why)
    return {"patient_id": found.patient_id.hex()}
