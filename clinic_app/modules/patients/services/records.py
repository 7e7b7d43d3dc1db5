"""Making and changing a person's record (建档、改资料)."""

from dataclasses import replace
from typing import Any

from clinic_app.kernel import installation, search
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import Patient
from clinic_app.modules.patients.queries import Details
from clinic_app.modules.patients.services import aliases, allergies, identifiers
from clinic_app.modules.patients.services.data import PatientData, allergy_bodies, checked, event_body, stale
from clinic_app.modules.patients.services.details import checked_details, note_changes, write_details

_INSERT = (
    "INSERT INTO patient(id, person_no, name, name_form, sex, born_on, is_birth_estimated, phone, address,"
    " allergy_state, is_temporary, rev, registered_at, changed_at, changed_by)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)"
)


def register_patient(uow: UnitOfWork, data: PatientData) -> dict[str, Any]:
    """Make a record (建档) with the next person number; returns `patient_id` and `person_no`.

    A temporary person without a name becomes 无名氏-YYYYMMDD-NN (ID-07). Raises Invalid for wrong fields, Refused
    `patients.identifier_held` naming the holder of a card or number (ID-06).
    """
    data = checked(data, uow.on)
    if not data.name:
        day = f"{uow.on:%Y%m%d}"
        data = replace(data, name=f"无名氏-{day}-{uow.number(f'patients.unnamed.{day}'):02d}")
    patient_id = new_id()
    person_no = f"{installation.current().prefix()}P{uow.number('patients.person'):07d}"
    born_on = data.born_on.isoformat() if data.born_on else None
    uow.execute(
        _INSERT,
        (patient_id, person_no, data.name, search.normal(data.name), data.sex, born_on, data.is_birth_estimated,
         data.phone, data.address, data.allergy_state, data.is_temporary, uow.at, uow.at, uow.actor.person_id),
    )  # fmt: skip
    aliases.write_keys(uow, patient_id, data.name)
    identifiers.write_all(uow, patient_id, data)
    allergies.write(uow, patient_id, data.allergies)
    uow.audit("patients.register_patient", patient_id, patient_id=patient_id, person_no=person_no)
    body = event_body(patient_id, person_no, data, identifiers.bodies(patient_id))
    body |= {"allergy_state": data.allergy_state, "allergies": allergy_bodies(data.allergies)}
    uow.emit(events.REGISTERED, patient_id, body)
    return {"patient_id": patient_id.hex(), "person_no": person_no}


def change_patient(
    uow: UnitOfWork, patient_id: bytes, data: PatientData, *, rev: int, details: Details | None = None
) -> dict[str, Any]:
    """Write the person's data (改资料) over what `rev` showed; allergies and other cards have commands of their own.

    `details` None leaves them alone. Each field that differs is kept as it was and as it became.

    Raises Stale `patients.changed_meanwhile` when somebody was faster, Missing, Invalid, `patients.identifier_held`.
    """
    before = queries.patient(patient_id)
    if before is None:
        raise Missing("patients.missing")
    data = checked(replace(data, allergy_state="unknown", allergies=()), uow.on)
    if not data.name:
        data = replace(data, name=before.name)
    known = queries.details(patient_id) if details is not None else None
    if details is not None and known is not None:
        details = checked_details(uow, details, known)
    written = (
        Patient.update(
            name=data.name, name_form=search.normal(data.name), sex=data.sex,
            born_on=data.born_on.isoformat() if data.born_on else None, is_birth_estimated=data.is_birth_estimated,
            phone=data.phone, address=data.address, is_temporary=data.is_temporary, rev=rev + 1, changed_at=uow.at,
            changed_by=uow.actor.person_id,
        )
        .where((Patient.id == patient_id) & (Patient.rev == rev))
        .execute()
    )  # fmt: skip
    if written != 1:
        raise stale(before)
    if data.name != before.name:
        aliases.rewrite_keys(uow, patient_id, data.name)
    if data.identity_number is not None and data.identity_number != before.identity_number:
        identifiers.end_live(uow, patient_id, "01")
        if data.identity_number:
            identifiers.write_identity(uow, patient_id, data)
    changed = _changed_fields(before, data)
    note_changes(uow, patient_id, changed)
    if details is not None and known is not None:
        write_details(uow, patient_id, details, known)
    fields = [name for name, _before, _after in changed]
    uow.audit("patients.change_patient", patient_id, patient_id=patient_id, fields=fields)
    body = event_body(patient_id, before.person_no, data, identifiers.bodies(patient_id))
    uow.emit(events.CHANGED, patient_id, body)
    return {"patient_id": patient_id.hex(), "rev": rev + 1}


def note_visit(uow: UnitOfWork, patient_id: bytes) -> None:
    """Remember the day of the newest visit, by which search results are ordered; called by the visits."""
    uow.execute("UPDATE patient SET last_visit_on = ? WHERE id = ?", (uow.on.isoformat(), patient_id))


def _changed_fields(before: queries.Patient, data: PatientData) -> list[tuple[str, object, object]]:
    """The fields that differ, before and after: the trail names them, the record's history holds the values."""
    after = {
        "name": data.name, "sex": data.sex, "born_on": data.born_on.isoformat() if data.born_on else None,
        "phone": data.phone, "address": data.address, "is_temporary": data.is_temporary,
        "is_birth_estimated": data.is_birth_estimated,
    }  # fmt: skip
    if data.identity_number is not None:
        after["identity_number"] = data.identity_number
    pairs = [(field, getattr(before, field), value) for field, value in sorted(after.items())]
    return [pair for pair in pairs if pair[1] != pair[2]]
