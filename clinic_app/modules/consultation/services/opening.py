"""Opening a visit (接诊): from the queue, without a number, or again to amend; and who may write in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services as visit_services

LONGEST_REASON = 100


@dataclass(frozen=True)
class Opened:
    """A visit that the acting doctor may write in now."""

    visit: visits.Visit
    note: queries.Note


def start(uow: UnitOfWork, visit_id: bytes) -> dict[str, Any]:
    """Begin the consultation (接诊) of a waiting visit; opening one's own again changes nothing.

    Refused `consultation.other_doctor` naming the colleague who has the patient, and what `visits` refuses.
    """
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("consultation.visit_missing")
    if visit.state == "in_consultation" and visit.doctor_id not in (None, uow.actor.person_id):
        raise Stale("consultation.other_doctor", doctor=_name(visit.doctor_id))
    if visit.state == "finished" and visit.returned_at is not None and visit.doctor_id == uow.actor.person_id:
        visit_services.see_return(uow, visit_id)
        return {"visit_id": visit_id.hex()}
    visit_services.start_consultation(uow, visit_id)
    visit_services.see_return(uow, visit_id)
    _open_note(uow, visit_id, visit.patient_id)
    return {"visit_id": visit_id.hex()}


def call_next(uow: UnitOfWork, room_id: bytes | None) -> dict[str, Any]:
    """Call who is next in the line of the room (叫下一位) and begin; Refused `consultation.nobody_waits`."""
    found = visits.next_in_line(room_id, uow.on, uow.actor.person_id)
    if found is None:
        raise Refused("consultation.nobody_waits")
    call = visit_services.call_again if found.returned_at else visit_services.call_visit
    call(uow, found.visit_id)
    return start(uow, found.visit_id)


def call_only(uow: UnitOfWork, room_id: bytes | None) -> dict[str, Any]:
    """Call who is next in the line (叫号) and open nothing; again it calls the same one."""
    found = visits.next_in_line(room_id, uow.on, uow.actor.person_id)
    if found is None:
        raise Refused("consultation.nobody_waits")
    call = visit_services.call_again if found.returned_at else visit_services.call_visit
    return call(uow, found.visit_id)


def pass_called(uow: UnitOfWork, room_id: bytes | None) -> dict[str, Any]:
    """Nobody answered the call (过号); Refused `consultation.nobody_called`."""
    called = [row for row in visits.queue(room_id, uow.on) if row.state == "called"]
    if not called:
        raise Refused("consultation.nobody_called")
    return visit_services.pass_visit(uow, called[0].visit_id)


def refuse_giving_back(uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `visits.give_back`: Refused `consultation.written_already` once anything is written or asked for."""
    visit_id = facts["visit_id"]
    note = queries.note(visit_id)
    written = note is not None and (note.state != "draft" or _holds_words(note, uow))
    ordered = queries.prescriptions_of_visit(visit_id) or requests.has_requests(visit_id)
    if written or ordered or queries.diagnoses_of_visit(visit_id):
        raise Refused("consultation.written_already")


def receive(uow: UnitOfWork, *, room_id: bytes, who: PatientData | bytes) -> dict[str, Any]:
    """Receive a person who never registered (无号接诊, VS-05) and begin; `who`: a new person or a known record's id."""
    known, data = (who, None) if isinstance(who, bytes) else (None, who)
    made = visit_services.receive_without_number(uow, room_id=room_id, data=data, patient_id=known)
    visit_id = bytes.fromhex(made["visit_id"])
    _open_note(uow, visit_id, bytes.fromhex(made["patient_id"]))
    return {"visit_id": made["visit_id"], "queue_no": made["queue_no"]}


def reopen(uow: UnitOfWork, visit_id: bytes, reason: str) -> None:
    uow.change_one(
        "UPDATE note SET state = 'amending', amend_reason = ?, rev = rev + 1 WHERE visit_id = ? AND state = 'signed'",
        (reason, visit_id), Stale("consultation.not_signed"),
    )  # fmt: skip


def writable(uow: UnitOfWork, visit_id: bytes) -> Opened:
    """The visit and note, when the acting doctor may write in them.

    Missing for an unknown visit; Refused `consultation.not_started`, `.other_doctor` naming the doctor, `.signed`,
    `.awaits_cosign` while a registered doctor has it (OR-07).
    """
    note = own_note(uow, visit_id)
    if note.state == "awaiting":
        raise Refused("consultation.awaits_cosign")
    visit = visits.visit(visit_id)
    if note.state == "signed" or visit is None or (note.state == "draft" and visit.state != "in_consultation"):
        raise Refused("consultation.signed")
    return Opened(visit, note)


def own_note(uow: UnitOfWork, visit_id: bytes) -> queries.Note:
    note = queries.note(visit_id)
    if note is None:
        if visits.visit(visit_id) is None:
            raise Missing("consultation.visit_missing")
        raise Refused("consultation.not_started")
    if note.doctor_id != uow.actor.person_id:
        raise Refused("consultation.other_doctor", doctor=_name(note.doctor_id))
    return note


def _open_note(uow: UnitOfWork, visit_id: bytes, patient_id: bytes) -> None:
    """An empty note but for what is known: the minute, and the history that the person's last note told."""
    given = _given(patient_id, uow)
    uow.execute(
        "INSERT INTO note(visit_id, patient_id, doctor_id, state, rev, opened_at, saved_at, attended, past_history,"
        " personal_history, family_history, results) VALUES(?, ?, ?, 'draft', 1, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(visit_id) DO UPDATE SET doctor_id = excluded.doctor_id, attended = excluded.attended"
        " WHERE note.state = 'draft'",  # somebody else's is an empty one that was given back
        (
            visit_id, patient_id, uow.actor.person_id, uow.at, uow.at, clock.local_text(uow.at), given["past_history"],
            given["personal_history"], given["family_history"], given["results"],
        ),
    )  # fmt: skip
    uow.audit("consultation.start", visit_id, patient_id=patient_id)


def _given(patient_id: bytes, uow: UnitOfWork) -> dict[str, str]:
    """What a new note holds before its doctor writes a word, beside the time."""
    return {**queries.history_told(patient_id), "results": parameters.value("consultation.no_results", uow.on)}


def _holds_words(note: queries.Note, uow: UnitOfWork) -> bool:
    """Whether anybody wrote: the time and what every new note begins with are nobody's words."""
    given = _given(note.patient_id, uow)
    return any(text and text != given.get(name) for name, text in note.fields().items() if name != "attended")


def _name(person_id: bytes | None) -> str:
    person = people.person(person_id) if person_id else None
    return person.name if person else ""
