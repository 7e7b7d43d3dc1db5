"""A patient put on hold at the window (挂起): what was ticked and typed waits, the next one is served."""

import json
from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.visits import queries as visits

_HOLD = (
    "INSERT INTO visit_hold(visit_id, note, form, held_by, at) VALUES(?, ?, ?, ?, ?)"
    " ON CONFLICT(visit_id) DO UPDATE SET note = excluded.note, form = excluded.form, held_by = excluded.held_by,"
    " at = excluded.at"
)
LONGEST_NOTE = 40


def hold_visit(uow: UnitOfWork, visit_id: bytes, note: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Park a visit with something to pay, with the words why and what the window had ticked and typed.

    Refused `charging.nothing_to_charge`.
    """
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    if not queries.open_lines(visit_id, uow.on):
        raise Refused("charging.nothing_to_charge")
    said = " ".join(note.split())[:LONGEST_NOTE]
    uow.execute(_HOLD, (visit_id, said, json.dumps(dict(form), ensure_ascii=False), uow.actor.person_id, uow.at))
    uow.audit("charging.hold_visit", visit_id, patient_id=visit.patient_id, note=said)
    return {"visit_id": visit_id.hex()}


def resume_visit(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Take a visit off the hold list; one that is not on it is left as it is."""
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    release_hold(uow, visit_id)
    uow.audit("charging.resume_visit", visit_id, patient_id=visit.patient_id)
    return {"visit_id": visit_id.hex()}


def release_hold(uow: UnitOfWork, visit_id: bytes) -> None:
    """Nothing is held any more once the visit is charged or cancelled."""
    uow.execute("DELETE FROM visit_hold WHERE visit_id = ?", (visit_id,))
