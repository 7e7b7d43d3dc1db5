"""The call-back of critical values (危急值报告): who was told, when, and that it was read back."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.laboratory import events, queries
from clinic_app.modules.laboratory.services.texts import line
from clinic_app.modules.people import queries as people

_TELL = (
    "UPDATE critical_call SET told_id = ?, told_at = ?, told_by = ?, is_read_back = 1, note = ?"
    " WHERE id = ? AND told_at IS NULL AND withdrawn_at IS NULL"
)


def call_back(
    uow: UnitOfWork, report_id: bytes, *, told: str, is_read_back: bool, note: str = ""
) -> dict[str, Any]:
    """Record that every critical value of a report was told to the person with staff number `told`, who read it back.

    Refused `laboratory.told_missing`, `.not_read_back`; Stale `laboratory.nothing_to_tell`; Missing.
    """
    found = queries.report(report_id)
    if found is None:
        raise Missing("laboratory.report_missing")
    waiting = [one for one in queries.calls_of_report(report_id) if one.told_at is None]
    if not waiting:
        raise Stale("laboratory.nothing_to_tell")
    person = people.find_by_staff_no(told.strip()) if told.strip() else None
    if person is None or not person.is_active or person.id == uow.actor.person_id:
        raise Refused("laboratory.told_missing", field="told")
    if not is_read_back:
        raise Refused("laboratory.not_read_back", field="is_read_back")
    text = line(note, field="note", most=200)
    for one in waiting:
        uow.change_one(
            _TELL, (person.id, uow.at, uow.actor.person_id, text, one.id), Stale("laboratory.nothing_to_tell")
        )
        uow.emit(
            events.CRITICAL_TOLD, one.id,
            {"report_id": report_id, "visit_id": found.visit_id, "patient_id": found.patient_id, "code": one.code,
             "value": one.value, "told_id": person.id, "told_at": uow.at}, (found.visit_id,),
        )  # fmt: skip
    uow.audit("laboratory.call_back", report_id, patient_id=found.patient_id, told=person.id, values=len(waiting))
    return {"report_id": report_id.hex(), "line_id": found.line_id.hex()}
