"""Past and family history of a person (既往史、家族史)."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientHistory
from clinic_app.modules.patients.rules import texts

LONGEST_TEXT, LONGEST_SINCE, MOST_ENTRIES = 100, 20, 60


def add_history(uow: UnitOfWork, patient_id: bytes, kind: str, text: str, since: str = "") -> dict[str, Any]:
    """Note one illness, operation, injury, transfusion or family illness.

    Refused `patients.history_kind`, `.history_empty`, `.history_twice`, `.history_many`, and as `one_line`.
    """
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    if kind not in {one.code for one in queries.codes("history", uow.on)}:
        raise Refused("patients.history_kind", field="history", value=excerpt(kind))
    told = texts.one_line(text, field="history", most=LONGEST_TEXT)
    when = texts.one_line(since, field="history", most=LONGEST_SINCE)
    if not told:
        raise Refused("patients.history_empty", field="history")
    known = [one for one in queries.histories_of(patient_id) if one.patient_id == patient_id]
    if any((one.kind, one.text) == (kind, told) for one in known):
        raise Refused("patients.history_twice", field="history", value=told)
    if len(known) >= MOST_ENTRIES:
        raise Refused("patients.history_many", field="history", most=MOST_ENTRIES)
    PatientHistory.insert(
        patient_id=patient_id, kind=kind, text=told, since=when, recorded_at=uow.at, recorded_by=uow.actor.person_id
    ).execute()
    uow.audit("patients.add_history", patient_id, patient_id=patient_id, kind=kind)
    _emit(uow, patient_id)
    return {"patient_id": patient_id.hex()}


def end_history(uow: UnitOfWork, patient_id: bytes, history_id: int) -> dict[str, Any]:
    """Take an entry back that was noted in this record; it stays in the history of the record."""
    ended = (
        PatientHistory.update(ended_at=uow.at, ended_by=uow.actor.person_id)
        .where(
            (PatientHistory.id == history_id)
            & (PatientHistory.patient_id == patient_id)
            & PatientHistory.ended_at.is_null()
        )
        .execute()
    )
    if ended != 1:
        raise Missing("patients.history_missing")
    uow.audit("patients.end_history", patient_id, patient_id=patient_id, history=history_id)
    _emit(uow, patient_id)
    return {"patient_id": patient_id.hex()}


def _emit(uow: UnitOfWork, patient_id: bytes) -> None:
    told = [
        {"kind": one.kind, "text": one.text, "since": one.since}
        for one in queries.histories_of(patient_id)
        if one.patient_id == patient_id
    ]
    uow.emit(events.HISTORY_CHANGED, patient_id, {"patient_id": patient_id, "history": told})
