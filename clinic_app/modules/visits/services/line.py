"""The line in front of a room: calling (叫号), missing a call (过号), results (回诊), another room (转诊室)."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.visits import events, queries
from clinic_app.modules.visits.rules import queueing, states
from clinic_app.modules.visits.services.moves import known_visit, move, who
from clinic_app.modules.visits.services.sessions import require_place

_TRANSFER = (
    "INSERT INTO transfer(visit_id, from_room_id, to_room_id, reason, moved_at, moved_by) VALUES(?, ?, ?, ?, ?, ?)"
)
_BEFORE_THE_END = ("registered", "called", "in_consultation")


def call_visit(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Call the patient in (叫号); calling again only notes the new moment."""
    visit = known_visit(visit_id)
    states.require_waiting(visit.state, visit.queue_no)
    require_number(uow, visit)
    values = {"state": "called", "called_at": uow.at, "passed_at": None}
    if queries.first_called_at(visit_id) is None:
        values["first_called_at"] = uow.at
    move(uow, visit, states.WAITING, **values)
    uow.audit("visits.call_visit", visit_id, patient_id=visit.patient_id)
    return _number(visit)


def call_again(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Call somebody who is back with results (回诊) once more to the same doctor; Stale when they are not back."""
    visit = known_visit(visit_id)
    if visit.returned_at is None:
        raise Stale("visits.not_back", queue_no=visit.queue_no)
    move(uow, visit, (visit.state,), called_at=uow.at)
    uow.audit("visits.call_visit", visit_id, patient_id=visit.patient_id, again=1)
    return _number(visit)


def pass_visit(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Nobody answered the call (过号): the number stands aside until it is put back into the line.

    A consultation that was opened and not written in is taken back with it; a later subject's guard `visits.give_back`
    refuses when something was written. Refused `visits.in_consultation` for a colleague's.
    """
    visit = known_visit(visit_id)
    _take_back(uow, visit)
    move(
        uow, visit, _BEFORE_THE_END, state="registered", called_at=None, started_at=None, doctor_id=None,
        passed_at=uow.at, passes=queries.passes(visit_id) + 1, away_at=None, returned_at=None,
    )  # fmt: skip
    uow.audit("visits.pass_visit", visit_id, patient_id=visit.patient_id)
    return _number(visit)


def requeue_visit(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Put who missed a call back into the line (重新排队), behind as many as `visits.passed_waits_behind` says.

    An emergency goes back to the front. Stale `visits.not_passed`.
    """
    visit = known_visit(visit_id)
    states.require_waiting(visit.state, visit.queue_no)
    if visit.passed_at is None:
        raise Stale("visits.not_passed", queue_no=visit.queue_no)
    require_number(uow, visit)
    place = queueing.Place(visit.rank, uow.at)
    if visit.rank != queueing.EMERGENCY:
        line = [
            queueing.Place(row.rank, row.rank_at)
            for row in queries.queue(visit.room_id, uow.on)
            if row.state == "registered" and row.is_next_in_line
        ]
        place = queueing.behind(line, parameters.value("visits.passed_waits_behind", uow.on), uow.at)
    move(uow, visit, states.WAITING, passed_at=None, rank=place.rank, rank_at=place.at)
    uow.audit("visits.requeue_visit", visit_id, patient_id=visit.patient_id)
    return _number(visit)


def send_for_results(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """The patient goes for results (去检查) and will come back under the same number; the consultation stays open."""
    visit = known_visit(visit_id)
    if visit.state not in ("in_consultation", "finished"):
        raise Stale("visits.not_in_consultation", queue_no=visit.queue_no)
    move(uow, visit, ("in_consultation", "finished"), away_at=uow.at, returned_at=None)
    uow.audit("visits.send_for_results", visit_id, patient_id=visit.patient_id)
    return _number(visit)


def return_with_results(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """The patient is back with results (回诊): into the line of the same doctor, same number, no new fee.

    Refused `visits.not_seen_yet` before any consultation, `visits.cancelled_already`, `visits.number_expired`; a second
    time Stale `visits.back_already`.
    """
    visit = known_visit(visit_id)
    if visit.state == "cancelled":
        raise Refused("visits.cancelled_already", queue_no=visit.queue_no)
    if visit.state in states.WAITING:
        raise Refused("visits.not_seen_yet", queue_no=visit.queue_no)
    if visit.returned_at is not None:
        raise Stale("visits.back_already", queue_no=visit.queue_no)
    require_number(uow, visit)
    move(
        uow, visit, ("in_consultation", "finished"), away_at=None, returned_at=uow.at,
        returns=queries.returns(visit_id) + 1,
    )  # fmt: skip
    uow.audit("visits.return_with_results", visit_id, patient_id=visit.patient_id)
    return _number(visit)


def see_return(uow: UnitOfWork, visit_id: bytes) -> None:
    """The doctor sees who is back or was away; nothing happens where nobody is. Called by `consultation` on opening."""
    visit = known_visit(visit_id)
    if visit.returned_at is None and visit.away_at is None:
        return
    move(uow, visit, (visit.state,), away_at=None, returned_at=None)
    uow.audit("visits.see_return", visit_id, patient_id=visit.patient_id)


def transfer_visit(uow: UnitOfWork, visit_id: bytes, place_id: bytes, reason: str) -> dict[str, Any]:
    """Send a visit to another room or session (转诊室) with a reason; number, kind, payer and fee stay as they are.

    `place_id` is a session of today or a room. It stands in the new line by rank and by when it was registered. Refused
    as `require_place` and by the guard `visits.give_back`; `visits.same_room` when nothing would change.
    """
    visit = known_visit(visit_id)
    why = states.reason(reason)
    if visit.state == "in_consultation" and visit.away_at is not None:
        raise Refused("visits.in_consultation", queue_no=visit.queue_no)
    _take_back(uow, visit)
    require_number(uow, visit)
    place = require_place(uow, place_id, kind=visit.kind)
    if (place.room_id, place.session_id) == (visit.room_id, visit.session_id):
        raise Refused("visits.same_room", field="room", queue_no=visit.queue_no)
    room = desks.room(place.room_id)
    if room is None:
        raise Missing("visits.room_missing")
    move(
        uow, visit, _BEFORE_THE_END, room_id=place.room_id, session_id=place.session_id, state="registered",
        called_at=None, started_at=None, doctor_id=None, passed_at=None, returned_at=None,
    )  # fmt: skip
    uow.execute(_TRANSFER, (visit_id, visit.room_id, place.room_id, why, uow.at, uow.actor.person_id))
    uow.audit("visits.transfer_visit", visit_id, patient_id=visit.patient_id, reason=why, to=room.name)
    uow.emit(
        events.TRANSFERRED, visit_id,
        {"visit_id": visit_id, "patient_id": visit.patient_id, "from_room_id": visit.room_id,
         "to_room_id": place.room_id, "reason": why},
    )  # fmt: skip
    return {**_number(visit), "room": room.name}


def start_consultation(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Begin the consultation (接诊) with the acting doctor; opening one's own visit again changes nothing.

    Raises Stale `visits.taken` when a colleague has the patient; Refused `visits.number_expired`, `visits.finished`,
    `visits.cancelled_already`.
    """
    visit = known_visit(visit_id)
    doctor_id = uow.actor.person_id
    if visit.state == "in_consultation":
        if visit.doctor_id != doctor_id:
            raise Stale("visits.taken", queue_no=visit.queue_no)
        uow.audit("visits.start_consultation", visit_id, patient_id=visit.patient_id, again=1)
        return {"visit_id": visit_id.hex()}
    states.require_waiting(visit.state, visit.queue_no)
    require_number(uow, visit)
    move(
        uow, visit, states.WAITING, state="in_consultation", started_at=uow.at, doctor_id=doctor_id, passed_at=None
    )
    uow.audit("visits.start_consultation", visit_id, patient_id=visit.patient_id)
    uow.emit(events.STARTED, visit_id, who(visit_id, visit.patient_id, doctor_id))
    return {"visit_id": visit_id.hex()}


def finish_consultation(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """End the consultation (看完); only from in consultation, else Stale `visits.not_in_consultation`."""
    visit = known_visit(visit_id)
    if visit.state != "in_consultation" or visit.doctor_id is None:
        raise Stale("visits.not_in_consultation", queue_no=visit.queue_no)
    move(uow, visit, ("in_consultation",), state="finished", finished_at=uow.at, returned_at=None)
    uow.audit("visits.finish_consultation", visit_id, patient_id=visit.patient_id)
    uow.emit(events.FINISHED, visit_id, who(visit_id, visit.patient_id, visit.doctor_id))
    return {"visit_id": visit_id.hex()}


def require_number(uow: UnitOfWork, visit: queries.Visit) -> None:
    """Refused `visits.number_expired` once the number holds no more (VS-03)."""
    days = parameters.value("visits.number_valid_days", uow.on)
    states.require_valid_number(visit.day, uow.on, days, visit.queue_no)


def _take_back(uow: UnitOfWork, visit: queries.Visit) -> None:
    """A waiting visit, or one that the acting doctor opened and wrote nothing in."""
    if visit.state != "in_consultation":
        states.require_waiting(visit.state, visit.queue_no)
        return
    if visit.doctor_id != uow.actor.person_id or not visit.with_number:
        raise Refused("visits.in_consultation", queue_no=visit.queue_no)
    uow.guard("visits.give_back", visit_id=visit.id)


def _number(visit: queries.Visit) -> dict[str, Any]:
    return {"visit_id": visit.id.hex(), "queue_no": visit.queue_no}
