"""Registration (挂号), with a number or without; the slip; cancelling."""

from dataclasses import asdict, dataclass
from typing import Any

from clinic_app.kernel import installation, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry, PatientData
from clinic_app.modules.visits import documents, events, queries
from clinic_app.modules.visits.rules import queueing, states
from clinic_app.modules.visits.rules.triage import Answers
from clinic_app.modules.visits.services import appointments, triage
from clinic_app.modules.visits.services.moves import known_visit, move, who
from clinic_app.modules.visits.services.sessions import Place, require_place

SLIP = "visits.slip"
_INSERT = (
    "INSERT INTO visit(id, visit_no, visit_on, queue_no, patient_id, room_id, session_id, doctor_id, kind, payer,"
    " with_number, with_fee, state, rank, rank_at, registered_at, registered_by, started_at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def register_visit(
    uow: UnitOfWork, *, patient_id: bytes, room_id: bytes, kind: str = "general", payer: str = "self",
    found: Answers | None = None, appointment_id: bytes | None = None,
) -> dict[str, Any]:
    """Register a patient (挂号) under the next number of the day; returns its ids and numbers and `with_fee`.

    `room_id` is a room or a session of today, `found` what triage found at the desk; the appointment becomes the visit.
    A merged record is registered as the one that goes on. Refused `visits.kind_unknown`, `.payer_unknown`,
    `clock.in_doubt`, as `sessions.require_place` and `appointments.arrive`; Missing for an unknown patient or room.
    """  # fmt: skip
    uow.require_sure_date()
    states.require_kind(kind)
    booked = appointments.require_today(uow, appointment_id) if appointment_id else None
    place = require_place(uow, room_id, kind=kind, is_booked=booked is not None and booked.session_id == room_id)
    made = _write(uow, patient_id, place, kind=kind, payer=payer, level=found.level if found else None)
    visit_id, goes_on = bytes.fromhex(made["visit_id"]), bytes.fromhex(made["patient_id"])
    if found is not None:
        triage.note(uow, visit_id, found)
    if appointment_id:
        appointments.arrive(uow, appointment_id, visit_id, goes_on)
    return made


@dataclass(frozen=True)
class Corrections:
    """What the desk put right on a record that was found, over what `rev` showed; None where nothing changed."""

    rev: int
    data: PatientData | None = None
    allergies: tuple[str, tuple[AllergyEntry, ...]] | None = None


def register_arrival(
    uow: UnitOfWork, *, patient: bytes | PatientData, room_id: bytes, kind: str, payer: str,
    corrections: Corrections | None = None, found: Answers | None = None, appointment_id: bytes | None = None,
) -> dict[str, Any]:
    """Register and print the slip in one command, making or putting right the record first.

    `patient` is a found record or the data of a new one. Returns what `register_visit` does, with `print_job`. Raises
    as `patients.services.register_patient`, `change_patient` and `set_allergies`.
    """  # fmt: skip
    if isinstance(patient, bytes):
        patient_id = patient
        _put_right(uow, patient_id, corrections)
    else:
        patient_id = bytes.fromhex(patient_services.register_patient(uow, patient)["patient_id"])
    visit = register_visit(
        uow, patient_id=patient_id, room_id=room_id, kind=kind, payer=payer, found=found, appointment_id=appointment_id
    )
    return {**visit, **print_slip(uow, bytes.fromhex(visit["visit_id"]))}


def _put_right(uow: UnitOfWork, patient_id: bytes, corrections: Corrections | None) -> None:
    if corrections is None:
        return
    rev = corrections.rev
    if corrections.data is not None:
        rev = int(patient_services.change_patient(uow, patient_id, corrections.data, rev=rev)["rev"])
    if corrections.allergies is not None:
        state, entries = corrections.allergies
        patient_services.set_allergies(uow, patient_id, state, entries, rev=rev)


def receive_without_number(
    uow: UnitOfWork, *, room_id: bytes, data: PatientData | None = None, patient_id: bytes | None = None
) -> dict[str, Any]:
    """Receive a patient who never registered (无号接诊, VS-05): record, visit and start of the consultation in one.

    Give `data` for a new person or `patient_id` for a known one. Self-pay, in consultation with the acting doctor.
    Returns `patient_id`, `visit_id`, `visit_no`, `queue_no`.
    """
    if patient_id is None:
        patient_id = bytes.fromhex(patient_services.register_patient(uow, data or PatientData())["patient_id"])
    uow.require_sure_date()
    place = require_place(uow, room_id, kind="general")
    visit = _write(uow, patient_id, place, kind="general", payer="self", doctor_id=uow.actor.person_id)
    visit_id = bytes.fromhex(visit["visit_id"])
    goes_on = bytes.fromhex(visit["patient_id"])
    uow.emit(events.STARTED, visit_id, who(visit_id, goes_on, uow.actor.person_id))
    return visit


def print_slip(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Print the registration slip (号单), or print it again with its mark; returns `print_job` and `patient_id`."""
    visit = known_visit(visit_id)
    if visit.state == "cancelled":
        raise Refused("visits.cancelled_already", queue_no=visit.queue_no)
    job = uow.print_job(SLIP, visit_id, asdict(documents.slip(visit)), patient_id=visit.patient_id)
    uow.audit("visits.print_slip", visit_id, patient_id=visit.patient_id)
    return {"print_job": job.hex(), "patient_id": visit.patient_id.hex(), "queue_no": visit.queue_no}


def cancel_visit(uow: UnitOfWork, visit_id: bytes, reason: str) -> dict[str, Any]:
    """Cancel a waiting visit (退号) with a reason; its number stays used (VS-03).

    Refused once the consultation began (`visits.in_consultation`), by a later subject's guard, or without a reason.
    """
    visit = known_visit(visit_id)
    why = states.reason(reason)
    states.require_waiting(visit.state, visit.queue_no)
    uow.guard("visits.cancel", visit_id=visit_id)
    move(
        uow, visit, states.WAITING, state="cancelled", cancelled_at=uow.at, cancelled_by=uow.actor.person_id,
        cancel_reason=why,
    )  # fmt: skip
    uow.audit("visits.cancel_visit", visit_id, patient_id=visit.patient_id, reason=why)
    uow.emit(events.CANCELLED, visit_id, {"visit_id": visit_id, "reason": why})
    if visit.with_fee:
        _fee_falls_on_the_next(uow, visit)
    return {"visit_id": visit_id.hex(), "queue_no": visit.queue_no}


def _fee_falls_on_the_next(uow: UnitOfWork, cancelled: queries.Visit) -> None:
    """Whoever registers anew and then gives the first number back still owes the fee once (VS-06)."""
    days = parameters.value("visits.fee_course_days", uow.on)
    heir = queries.next_without_fee(cancelled, days)
    if heir is None or queries.fee_item(uow.on) is None:
        return
    move(uow, heir, (heir.state,), with_fee=1)
    uow.emit(events.FEE_DUE, heir.id, {"visit_id": heir.id, "patient_id": heir.patient_id})


def _write(
    uow: UnitOfWork, patient_id: bytes, place: Place, *, kind: str, payer: str, doctor_id: bytes | None = None,
    level: int | None = None,
) -> dict[str, Any]:
    states.require_payer(payer)
    found = patients.patient(patient_id)
    if found is None:
        raise Missing("patients.missing")
    patient_id, visit_id, on = patients.survivor(patient_id), new_id(), uow.on.isoformat()
    queue_no = uow.number(f"visits.queue.{on}")
    visit_no = f"{installation.current().prefix()}V{uow.on:%y}{uow.number(f'visits.visit.{uow.on:%y}'):06d}"
    with_number = int(doctor_id is None)
    with_fee = int(bool(with_number) and queries.is_fee_due(patient_id, uow.on))
    rank = queueing.rank_of(
        kind, level, patients.completed_years(found.born_on, uow.on),
        parameters.value("visits.elder_first_years", uow.on),
    )  # fmt: skip
    uow.execute(
        _INSERT,
        (visit_id, visit_no, on, queue_no, patient_id, place.room_id, place.session_id, doctor_id, kind, payer,
         with_number, with_fee, "registered" if with_number else "in_consultation", rank, uow.at, uow.at,
         uow.actor.person_id, None if with_number else uow.at),
    )  # fmt: skip
    patient_services.note_visit(uow, patient_id)
    uow.audit("visits.register_visit", visit_id, patient_id=patient_id, visit_no=visit_no, with_number=with_number)
    uow.emit(
        events.REGISTERED, visit_id,
        {"visit_id": visit_id, "visit_no": visit_no, "patient_id": patient_id, "room_id": place.room_id, "kind": kind,
         "payer": payer, "with_number": with_number, "with_fee": with_fee},
    )  # fmt: skip
    return {
        "visit_id": visit_id.hex(), "visit_no": visit_no, "queue_no": queue_no, "patient_id": patient_id.hex(),
        "with_fee": with_fee,
    }  # fmt: skip
