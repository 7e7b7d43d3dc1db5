"""Triage (预检分诊): what was found goes with the visit, and puts it where it belongs."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.rules import queueing, states
from clinic_app.modules.visits.rules.triage import Answers, goes_to_fever_room
from clinic_app.modules.visits.services.moves import known_visit, move

_INSERT = (
    "INSERT INTO triage(visit_id, level, temperature_tenths, exposures, triaged_at, triaged_by)"
    " VALUES(?, ?, ?, ?, ?, ?)"
)


def refuse_unknown_room(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `parameters.change`: Refused `visits.room_unknown`, or feverish patients would quietly sit with the
    others; `-` says that there is no such room."""
    if facts["codes_of"] == "room" and set(facts["codes"]) - {"-", *(one.code for one in desks.rooms())}:
        raise Refused("visits.room_unknown", field="value", value=" ".join(facts["codes"]))


def triage_visit(uow: UnitOfWork, visit_id: bytes, answers: Answers) -> dict[str, Any]:
    """Record the triage of a waiting visit; level 1 or 2 goes first, fever or an exposure goes to the fever room.

    Done again it counts anew. Returns `queue_no` and `room` where the room changed. Refused as a visit that does not
    wait any more, `visits.exposure_unknown`.
    """
    visit = known_visit(visit_id)
    states.require_waiting(visit.state, visit.queue_no)
    note(uow, visit_id, answers)
    fever = queries.fever_room(uow.on)
    goes = fever is not None and goes_to_fever_room(answers, parameters.value("visits.fever_tenths", uow.on))
    room = fever if goes and fever is not None and fever.id != visit.room_id else None
    found = queries.row(visit_id)
    assert found is not None  # it was read above
    rank = queueing.rank_of(
        visit.kind, answers.level, patients.completed_years(found.born_on, uow.on),
        parameters.value("visits.elder_first_years", uow.on),
    )  # fmt: skip
    place = {"room_id": room.id, "session_id": None} if room else {}
    move(uow, visit, states.WAITING, rank=rank, **place)
    uow.audit("visits.triage_visit", visit_id, patient_id=visit.patient_id, level=answers.level)
    return {"queue_no": visit.queue_no, "room": room.name if room else ""}


def note(uow: UnitOfWork, visit_id: bytes, answers: Answers) -> None:
    """Store what was found; Refused `visits.exposure_unknown`."""
    known = {one.code for one in queries.triage_questions()}
    for code in answers.exposures:
        if code not in known:
            raise Refused("visits.exposure_unknown", field="exposures", value=code[:20])
    uow.execute(
        _INSERT,
        (visit_id, answers.level, answers.tenths, " ".join(answers.exposures), uow.at, uow.actor.person_id),
    )
