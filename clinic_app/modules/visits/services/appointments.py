"""Appointments (预约): a slot kept for somebody who called or stood at the window."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.rules import states

LONGEST_NAME, LONGEST_PHONE = 60, 20
_INSERT = (
    "INSERT INTO appointment(id, session_id, visit_on, slot_no, patient_id, name, phone, by_phone, state, made_at,"
    " made_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, 'booked', ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Booking:
    """What is asked for; `patient_id` of a known record, else the name and phone of somebody who has none yet."""

    session_id: bytes
    on: date
    patient_id: bytes | None = None
    name: str = ""
    phone: str = ""
    by_phone: bool = False
    slot_no: int | None = None


def book(uow: UnitOfWork, wanted: Booking) -> dict[str, Any]:
    """Keep a slot, the first free one unless one is named; returns `appointment_id`, `slot_no`, `time`, `name`.

    Refused `visits.session_not_then`, `.booking_too_early` (past), `.booking_too_far`, `.session_full`, `.slot_taken`,
    `.booking_name_missing`, `.booked_already` for the same person, session and day.
    """
    uow.require_sure_date()
    session = queries.session(wanted.session_id)
    if session is None:
        raise Missing("visits.session_missing")
    if wanted.on < uow.on:
        raise Refused("visits.booking_past", field="day")
    days = parameters.value("visits.booking_days_ahead", uow.on)
    if wanted.on > uow.on + timedelta(days=days):
        raise Refused("visits.booking_too_far", field="day", days=days)
    if not session.is_on(wanted.on):
        raise Refused("visits.session_not_then", field="session", doctor=session.doctor_name)
    patient_id, name, phone = _who(wanted)
    slot_no = _slot(wanted, session)
    held = queries.appointments_of(session.id, wanted.on)
    if any((one.patient_id, one.name, one.phone) == (patient_id, name, phone) for one in held):
        raise Refused("visits.booked_already", field="who", name=name)
    appointment_id = new_id()
    uow.execute(
        _INSERT,
        (appointment_id, session.id, wanted.on.isoformat(), slot_no, patient_id, name, phone, int(wanted.by_phone),
         uow.at, uow.actor.person_id),
    )  # fmt: skip
    uow.audit("visits.book", appointment_id, patient_id=patient_id, day=wanted.on.isoformat(), slot=slot_no)
    return {
        "appointment_id": appointment_id.hex(), "slot_no": slot_no, "time": session.slot_text(slot_no), "name": name,
    }  # fmt: skip


def cancel_appointment(uow: UnitOfWork, appointment_id: bytes, reason: str) -> dict[str, Any]:
    """Give the slot back (取消预约) with a reason; Stale `visits.appointment_settled` once used or given back."""
    found = queries.appointment(appointment_id)
    if found is None:
        raise Missing("visits.appointment_missing")
    why = states.reason(reason)
    uow.change_one(
        "UPDATE appointment SET state = 'cancelled', cancelled_at = ?, cancelled_by = ?, cancel_reason = ?"
        " WHERE id = ? AND state = 'booked'",
        (uow.at, uow.actor.person_id, why, appointment_id), Stale("visits.appointment_settled", name=found.name),
    )  # fmt: skip
    uow.audit("visits.cancel_appointment", appointment_id, patient_id=found.patient_id, reason=why)
    return {"appointment_id": appointment_id.hex(), "name": found.name}


def arrive(uow: UnitOfWork, appointment_id: bytes, visit_id: bytes, patient_id: bytes) -> None:
    """The appointment becomes this visit; Stale `visits.appointment_settled` when it was used or given back before.

    Refused `visits.appointment_other_person` for a slot that a known record holds and another one comes for.
    """
    found = require_today(uow, appointment_id)
    holder = patients.survivor(found.patient_id) if found.patient_id and found.state == "booked" else patient_id
    if holder != patient_id:
        raise Refused("visits.appointment_other_person", name=found.name)
    uow.change_one(
        "UPDATE appointment SET state = 'arrived', visit_id = ?, patient_id = ? WHERE id = ? AND state = 'booked'",
        (visit_id, patient_id, appointment_id), Stale("visits.appointment_settled", name=found.name),
    )  # fmt: skip
    uow.audit("visits.arrive", appointment_id, patient_id=patient_id)


def require_today(uow: UnitOfWork, appointment_id: bytes) -> queries.Appointment:
    """An appointment that may become a visit now; Refused `visits.appointment_other_day`."""
    found = queries.appointment(appointment_id)
    if found is None:
        raise Missing("visits.appointment_missing")
    if found.on != uow.on.isoformat():
        raise Refused("visits.appointment_other_day", name=found.name, day=found.on)
    return found


def _who(wanted: Booking) -> tuple[bytes | None, str, str]:
    if wanted.patient_id is not None:
        found = patients.patient(patients.survivor(wanted.patient_id))
        if found is None:
            raise Missing("patients.missing")
        return found.id, found.name, wanted.phone.strip() or found.phone
    name, phone = " ".join(wanted.name.split()), "".join(wanted.phone.split())
    if not name or not name.isprintable():
        raise Refused("visits.booking_name_missing", field="who")
    if len(name) > LONGEST_NAME:
        raise Refused("visits.booking_name_long", field="who", most=LONGEST_NAME)
    digits = phone.removeprefix("+").replace("-", "")
    if not (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= LONGEST_PHONE):
        raise Refused("visits.booking_phone_wrong", field="phone", value=excerpt(phone))
    return None, name, phone


def _slot(wanted: Booking, session: queries.Session) -> int:
    free = queries.free_slots(session, wanted.on)
    if not free:
        raise Refused("visits.session_full", field="session", doctor=session.doctor_name, slots=session.slots)
    if wanted.slot_no is None:
        return free[0]
    if wanted.slot_no not in free:
        raise Refused("visits.slot_taken", field="slot", slot=wanted.slot_no)
    return wanted.slot_no
