"""Consent (知情同意): to a purpose, in the wording of a version, by the person or a guardian; withdrawn at any time."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientConsent
from clinic_app.modules.patients.rules import guardians


def give_consent(
    uow: UnitOfWork, patient_id: bytes, purpose: str, *, relation_id: int | None = None
) -> dict[str, Any]:
    """Note a consent given now to the version of the text that holds today; returns `version`.

    Refused `patients.consent_purpose`, `.consent_twice`, `.consent_guardian` for a child under 14 years (parameter)
    without a relative who may consent, `.consent_relative` when the relative is no guardian, mother or father.
    """
    found = queries.patient(patient_id)
    if found is None:
        raise Missing("patients.missing")
    text = queries.consent_text(purpose, uow.on)
    if text is None:
        raise Refused("patients.consent_purpose", field="consent_purpose", value=excerpt(purpose))
    if queries.has_consent(patient_id, purpose):
        raise Refused("patients.consent_twice", field="consent_purpose")
    own = {one.id: one for one in queries.relations_of(patient_id) if not one.is_reverse}
    if relation_id is not None and (relation_id not in own or not guardians.may_consent({own[relation_id].kind})):
        raise Refused("patients.consent_relative", field="consent_by")
    under = parameters.value("patients.guardian_under_years", uow.on)
    years = queries.completed_years(found.born_on, uow.on)
    if relation_id is None and guardians.needs_guardian(years, under_years=under):
        raise Refused("patients.consent_guardian", field="consent_by", years=under)
    PatientConsent.insert(
        patient_id=patient_id, purpose=purpose, version=text.version, relation_id=relation_id, given_at=uow.at,
        recorded_by=uow.actor.person_id,
    ).execute()  # fmt: skip
    uow.audit("patients.give_consent", patient_id, patient_id=patient_id, purpose=purpose, version=text.version)
    body = {"patient_id": patient_id, "purpose": purpose, "version": text.version}
    uow.emit(events.CONSENT_GIVEN, patient_id, body | {"is_by_guardian": int(relation_id is not None)})
    return {"patient_id": patient_id.hex(), "version": text.version}


def withdraw_consent(uow: UnitOfWork, patient_id: bytes, consent_id: int) -> dict[str, Any]:
    """Withdraw a consent from now on; what was given stays in the list. Missing when none is in force."""
    purpose = next(
        (one.purpose for one in queries.consents_of(patient_id) if one.id == consent_id and not one.withdrawn_at), None
    )
    if purpose is None:
        raise Missing("patients.consent_missing")
    PatientConsent.update(withdrawn_at=uow.at, withdrawn_by=uow.actor.person_id).where(
        (PatientConsent.id == consent_id)
        & (PatientConsent.patient_id == patient_id)
        & PatientConsent.withdrawn_at.is_null()
    ).execute()
    uow.audit("patients.withdraw_consent", patient_id, patient_id=patient_id, purpose=purpose)
    uow.emit(events.CONSENT_WITHDRAWN, patient_id, {"patient_id": patient_id, "purpose": purpose})
    return {"patient_id": patient_id.hex()}
