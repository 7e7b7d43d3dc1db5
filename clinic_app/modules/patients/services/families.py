"""Family of a person (家庭关系): guardian, mother, spouse, household; another record, or somebody only named."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientRelation
from clinic_app.modules.patients.rules.names import person_name
from clinic_app.modules.patients.rules.phone import parse_phone

MOST_RELATIVES = 30


def add_relation(
    uow: UnitOfWork, patient_id: bytes, kind: str, *, relative_id: bytes | None = None, name: str = "", phone: str = ""
) -> dict[str, Any]:
    """Note that `relative_id`, or the one only named, is this person's `kind`; returns `relation_id`.

    Refused `patients.relation_kind`, `.relation_self`, `.relation_twice`, `.relation_mother` (a person has one),
    `.relation_many`, and as `person_name` and `parse_phone`.
    """
    if queries.patient(patient_id) is None or (relative_id is not None and queries.patient(relative_id) is None):
        raise Missing("patients.missing")
    if kind not in {one.code for one in queries.codes("relation", uow.on)}:
        raise Refused("patients.relation_kind", field="relation_kind", value=excerpt(kind))
    if relative_id in queries.same_person(patient_id):
        raise Refused("patients.relation_self", field="relative")
    called = "" if relative_id is not None else person_name(name, field="relative")
    number = "" if relative_id is not None or not phone.strip() else parse_phone(phone, field="relative_phone")
    known = [one for one in queries.relations_of(patient_id) if not one.is_reverse]
    if any(one.kind == kind == "mother" for one in known):
        raise Refused("patients.relation_mother", field="relation_kind")
    if any(one.kind == kind and (one.relative_id, one.name) == (relative_id, called or one.name) for one in known):
        raise Refused("patients.relation_twice", field="relative")
    if len(known) >= MOST_RELATIVES:
        raise Refused("patients.relation_many", field="relative", most=MOST_RELATIVES)
    written = (
        PatientRelation.insert(
            patient_id=patient_id, kind=kind, relative_id=relative_id, name=called, phone=number, recorded_at=uow.at,
            recorded_by=uow.actor.person_id,
        )
        .execute()
    )  # fmt: skip
    uow.audit("patients.add_relation", patient_id, patient_id=patient_id, kind=kind)
    uow.emit(
        events.RELATION_ADDED, patient_id,
        {"patient_id": patient_id, "kind": kind, "relative_id": relative_id or b"", "name": called, "phone": number},
    )  # fmt: skip
    return {"patient_id": patient_id.hex(), "relation_id": int(written)}


def end_relation(uow: UnitOfWork, patient_id: bytes, relation_id: int) -> dict[str, Any]:
    """Take a relation back that was noted in this record; it stays in the history."""
    ended = (
        PatientRelation.update(ended_at=uow.at, ended_by=uow.actor.person_id)
        .where(
            (PatientRelation.id == relation_id)
            & (PatientRelation.patient_id == patient_id)
            & PatientRelation.ended_at.is_null()
        )
        .execute()
    )
    if ended != 1:
        raise Missing("patients.relation_missing")
    uow.audit("patients.end_relation", patient_id, patient_id=patient_id, relation=relation_id)
    uow.emit(events.RELATION_ENDED, patient_id, {"patient_id": patient_id, "relation": relation_id})
    return {"patient_id": patient_id.hex()}
