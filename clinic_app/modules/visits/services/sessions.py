"""Doctor sessions (出诊班次): the manager's plan, and the place that a registration takes in it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.rules import sessions as rules

_INSERT = (
    "INSERT INTO doctor_session(id, doctor_id, room_id, weekday, session_on, from_minute, to_minute, slots, valid_from,"
    " made_at, made_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registration goes; `session_id` is None where the room has no session."""

    room_id: bytes
    session_id: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A session to be: each week on `weekday` (1 Monday .. 7 Sunday), or once on `session_on`."""

    doctor_id: bytes
    room_id: bytes
    weekday: int | None
    session_on: date | None
    hours: rules.Hours


def add_session(uow: UnitOfWork, plan: Plan) -> dict[str, Any]:
    """Put a session into the plan; returns `session_id`.

    Refused `visits.session_past`, `.session_no_doctor`, `.room_closed`, `.session_overlaps` naming the other
    one of this doctor or room; Missing for an unknown room.
    """
    room, doctor = desks.room(plan.room_id), people.person(plan.doctor_id)
    if room is None:
        raise Missing("visits.room_missing")
    if not room.is_open:
        raise Refused("visits.room_closed", field="room", room=room.name)
    if doctor is None or not doctor.roles & queries.DOCTORS:
        raise Refused("visits.session_no_doctor", field="doctor")
    if plan.session_on is not None and plan.session_on < uow.on:
        raise Refused("visits.session_past", field="session_on")
    for other in queries.planned(uow.on):
        if plan.doctor_id != other.doctor_id and plan.room_id != other.room_id:
            continue
        if _meet(plan, other) and rules.overlap(plan.hours, other.hours):
            raise Refused(
                "visits.session_overlaps", field="from_time", doctor=other.doctor_name, room=other.room_name,
                hours=other.hours_text,
            )  # fmt: skip
    session_id, day = new_id(), plan.session_on.isoformat() if plan.session_on else None
    uow.execute(
        _INSERT,
        (session_id, plan.doctor_id, plan.room_id, plan.weekday, day, plan.hours.from_minute, plan.hours.to_minute,
         plan.hours.slots, day or uow.on.isoformat(), uow.at, uow.actor.person_id),
    )  # fmt: skip
    uow.audit("visits.add_session", session_id, doctor=doctor.name, room=room.name, slots=plan.hours.slots)
    return {"session_id": session_id.hex()}


def end_session(uow: UnitOfWork, session_id: bytes) -> dict[str, Any]:
    """Take a session out of the plan (停诊) from today on; who has an appointment for it is counted in `booked`.

    Stale `visits.session_ended` when somebody ended it before; Missing for an unknown one.
    """
    found = queries.session(session_id)
    if found is None:
        raise Missing("visits.session_missing")
    last = (uow.on - timedelta(days=1)).isoformat()
    uow.change_one(
        "UPDATE doctor_session SET valid_to = ? WHERE id = ? AND valid_to IS NULL", (last, session_id),
        Stale("visits.session_ended"),
    )  # fmt: skip
    uow.audit("visits.end_session", session_id, doctor=found.doctor_name, hours=found.hours_text)
    return {"session_id": session_id.hex(), "booked": queries.booked_from(session_id, uow.on)}


def require_place(uow: UnitOfWork, place_id: bytes, *, kind: str, is_booked: bool = False) -> Place:
    """The room and session that `place_id`, a session of today or a room, stands for.

    Refused `visits.session_not_today`, `.session_over`, `.session_full` unless the place is booked or this is an
    emergency, `.room_closed`; Missing `visits.room_missing`.
    """
    found = queries.session(place_id)
    room = desks.room(found.room_id if found else place_id)
    if room is None:
        raise Missing("visits.room_missing")
    if not room.is_open:
        raise Refused("visits.room_closed", field="room", room=room.name)
    if found is None:
        return Place(room.id, None)
    if not found.is_on(uow.on):
        raise Refused("visits.session_not_today", field="room", doctor=found.doctor_name)
    if kind != "emergency" and not is_booked:
        now = clock.local(uow.at)
        if now.hour * 60 + now.minute >= found.to_minute:
            raise Refused("visits.session_over", field="room", doctor=found.doctor_name, hours=found.hours_text)
        if queries.taken_of(found.id, uow.on) >= found.slots:
            raise Refused("visits.session_full", field="room", doctor=found.doctor_name, slots=found.slots)
    return Place(room.id, found.id)


def _meet(plan: Plan, other: queries.Session) -> bool:
    if plan.session_on is not None:
        return other.is_on(plan.session_on)
    if other.session_on is not None:
        return date.fromisoformat(other.session_on).isoweekday() == plan.weekday
    return other.weekday == plan.weekday
