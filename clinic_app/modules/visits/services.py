"""Commands of the visits (就诊): the only writers of its table."""

from dataclasses import asdict, dataclass
from typing import Any

from clinic_app.kernel import installation, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry, PatientData
from clinic_app.modules.visits import documents, events, queries, rules
from clinic_app.modules.visits.models import Visit

SLIP = "visits.slip"
_INSERT = (
    "INSERT INTO visit(id, visit_no, visit_on, queue_no, patient_id, room_id, doctor_id, kind, payer, with_number,"
    " state, registered_at, registered_by, started_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def register_visit(
    uow: UnitOfWork, *, patient_id: bytes, room_id: bytes, kind: str = "general", payer: str = "self"
) -> dict[str, Any]:
    """Register a patient (挂号) under the next number of the day; returns `visit_id`, `visit_no`, `queue_no`.

    A merged record is registered as the one that goes on. Refused `visits.kind_unknown`, `.payer_unknown`,
    `.room_closed`, `clock.in_doubt`; Missing for an unknown patient or room.
    """
    return _write(uow, patient_id, room_id, kind=kind, payer=payer, doctor_id=None)


@dataclass(frozen=True)
class Corrections:
    """What the desk put right on a record that was found, over what `rev` showed; None where nothing changed."""

    rev: int
    data: PatientData | None = None
    allergies: tuple[str, tuple[AllergyEntry, ...]] | None = None


def register_arrival(
    uow: UnitOfWork, *, patient: bytes | PatientData, room_id: bytes, kind: str, payer: str,
    corrections: Corrections | None = None,
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
    visit = register_visit(uow, patient_id=patient_id, room_id=room_id, kind=kind, payer=payer)
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
    visit = _write(uow, patient_id, room_id, kind="general", payer="self", doctor_id=uow.actor.person_id)
    visit_id = bytes.fromhex(visit["visit_id"])
    goes_on = bytes.fromhex(visit["patient_id"])
    uow.emit(events.STARTED, visit_id, _who(visit_id, goes_on, uow.actor.person_id))
    return visit


def print_slip(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Print the registration slip (号单), or print it again with its mark; returns `print_job` and `patient_id`."""
    visit = _visit(visit_id)
    if visit.state == "cancelled":
        raise Refused("visits.cancelled_already", queue_no=visit.queue_no)
    job = uow.print_job(SLIP, visit_id, asdict(documents.slip(visit)), patient_id=visit.patient_id)
    uow.audit("visits.print_slip", visit_id, patient_id=visit.patient_id)
    return {"print_job": job.hex(), "patient_id": visit.patient_id.hex(), "queue_no": visit.queue_no}


def cancel_visit(uow: UnitOfWork, visit_id: bytes, reason: str) -> dict[str, Any]:
    """Cancel a waiting visit (退号) with a reason; its number stays used (VS-03).

    Refused once the consultation began (`visits.in_consultation`), by a later subject's guard, or without a reason.
    """
    visit = _visit(visit_id)
    why = rules.reason(reason)
    rules.require_waiting(visit.state, visit.queue_no)
    uow.guard("visits.cancel", visit_id=visit_id)
    _move(
        uow, visit, rules.WAITING, state="cancelled", cancelled_at=uow.at, cancelled_by=uow.actor.person_id,
        cancel_reason=why,
    )  # fmt: skip
    uow.audit("visits.cancel_visit", visit_id, patient_id=visit.patient_id, reason=why)
    uow.emit(events.CANCELLED, visit_id, {"visit_id": visit_id, "reason": why})
    return {"visit_id": visit_id.hex(), "queue_no": visit.queue_no}


def call_visit(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Call the patient in (叫号); calling again only notes the new moment."""
    visit = _visit(visit_id)
    rules.require_waiting(visit.state, visit.queue_no)
    _move(uow, visit, rules.WAITING, state="called", called_at=uow.at)
    uow.audit("visits.call_visit", visit_id, patient_id=visit.patient_id)
    return {"visit_id": visit_id.hex(), "queue_no": visit.queue_no}


def start_consultation(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Begin the consultation (接诊) with the acting doctor; opening one's own visit again changes nothing.

    Raises Stale `visits.taken` when a colleague has the patient; Refused `visits.number_expired`, `visits.finished`,
    `visits.cancelled_already`.
    """
    visit = _visit(visit_id)
    doctor_id = uow.actor.person_id
    if visit.state == "in_consultation":
        if visit.doctor_id != doctor_id:
            raise Stale("visits.taken", queue_no=visit.queue_no)
        uow.audit("visits.start_consultation", visit_id, patient_id=visit.patient_id, again=1)
        return {"visit_id": visit_id.hex()}
    rules.require_waiting(visit.state, visit.queue_no)
    days = parameters.value("visits.number_valid_days", uow.on)
    rules.require_valid_number(visit.day, uow.on, days, visit.queue_no)
    _move(uow, visit, rules.WAITING, state="in_consultation", started_at=uow.at, doctor_id=doctor_id)
    uow.audit("visits.start_consultation", visit_id, patient_id=visit.patient_id)
    uow.emit(events.STARTED, visit_id, _who(visit_id, visit.patient_id, doctor_id))
    return {"visit_id": visit_id.hex()}


def finish_consultation(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """End the consultation (看完); only from in consultation, else Stale `visits.not_in_consultation`."""
    visit = _visit(visit_id)
    if visit.state != "in_consultation" or visit.doctor_id is None:
        raise Stale("visits.not_in_consultation", queue_no=visit.queue_no)
    _move(uow, visit, ("in_consultation",), state="finished", finished_at=uow.at)
    uow.audit("visits.finish_consultation", visit_id, patient_id=visit.patient_id)
    uow.emit(events.FINISHED, visit_id, _who(visit_id, visit.patient_id, visit.doctor_id))
    return {"visit_id": visit_id.hex()}


def _write(
    uow: UnitOfWork, patient_id: bytes, room_id: bytes, *, kind: str, payer: str, doctor_id: bytes | None
) -> dict[str, Any]:
    uow.require_sure_date()
    rules.require_kind(kind)
    rules.require_payer(payer)
    room = desks.room(room_id)
    if room is None:
        raise Missing("visits.room_missing")
    if not room.is_open:
        raise Refused("visits.room_closed", field="room", room=room.name)
    if patients.patient(patient_id) is None:
        raise Missing("patients.missing")
    patient_id, visit_id, on = patients.survivor(patient_id), new_id(), uow.on.isoformat()
    queue_no = uow.number(f"visits.queue.{on}")
    visit_no = f"{installation.current().prefix()}V{uow.on:%y}{uow.number(f'visits.visit.{uow.on:%y}'):06d}"
    with_number = int(doctor_id is None)
    uow.execute(
        _INSERT,
        (visit_id, visit_no, on, queue_no, patient_id, room_id, doctor_id, kind, payer, with_number,
         "registered" if with_number else "in_consultation", uow.at, uow.actor.person_id,
         None if with_number else uow.at),
    )  # fmt: skip
    patient_services.note_visit(uow, patient_id)
    uow.audit("visits.register_visit", visit_id, patient_id=patient_id, visit_no=visit_no, with_number=with_number)
    uow.emit(
        events.REGISTERED, visit_id,
        {"visit_id": visit_id, "visit_no": visit_no, "patient_id": patient_id, "room_id": room_id, "kind": kind,
         "payer": payer, "with_number": with_number},
    )  # fmt: skip
    return {"visit_id": visit_id.hex(), "visit_no": visit_no, "queue_no": queue_no, "patient_id": patient_id.hex()}


def _visit(visit_id: bytes) -> queries.Visit:
    found = queries.visit(visit_id)
    if found is None:
        raise Missing("visits.missing")
    return found


def _move(uow: UnitOfWork, visit: queries.Visit, allowed: tuple[str, ...], **values: Any) -> None:
    """Change the visit only from an allowed state: the row count decides who was first."""
    if Visit.update(**values).where((Visit.id == visit.id) & Visit.state.in_(allowed)).execute() != 1:
        raise Stale("visits.changed_meanwhile", queue_no=visit.queue_no)


def _who(visit_id: bytes, patient_id: bytes, doctor_id: bytes) -> dict[str, bytes]:
    return {"visit_id": visit_id, "patient_id": patient_id, "doctor_id": doctor_id}
