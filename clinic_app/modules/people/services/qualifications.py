"""Certificates and prescribing rights of staff (资格): recorded, ended; never changed."""

from datetime import date
from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import events, queries
from clinic_app.modules.people.rules import qualifications


def add_qualification(
    uow: UnitOfWork,
    person_id: bytes,
    *,
    kind: str,
    level: str,
    valid_from: date,
    valid_to: date | None = None,
    document_no: str = "",
) -> dict[str, Any]:
    """Record what somebody is qualified for, from the first through the last day. -> {"qualification_id"}

    Refused `people.unknown`, `people.closed`, `people.qualification_*`; two of a kind cannot begin on one day.
    """
    found = queries.person(person_id)
    if found is None:
        raise Missing("people.unknown")
    if not found.is_active:
        raise Refused("people.closed", name=found.name)
    held, number = qualifications.checked(kind, level, document_no, valid_from, valid_to)
    days = (held.valid_from.isoformat(), held.valid_to and held.valid_to.isoformat())
    if uow.execute(
        "SELECT 1 FROM qualification WHERE person_id = ? AND kind = ? AND valid_from = ? AND ended_at IS NULL",
        (person_id, kind, days[0]),
    ).fetchone():
        raise Refused("people.qualification_twice", field="valid_from", first=days[0])
    row = uow.execute(
        "INSERT INTO qualification(person_id, kind, level, document_no, valid_from, valid_to, recorded_by, recorded_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (person_id, kind, level, number, *days, uow.actor.person_id, uow.at),
    ).fetchone()
    uow.audit("people.add_qualification", person_id, kind=kind, level=level, valid_from=days[0], valid_to=days[1])
    _tell(uow, person_id)
    return {"qualification_id": row[0]}


def end_qualification(uow: UnitOfWork, person_id: bytes, qualification_id: int) -> dict[str, Any]:
    """Take a qualification back from now on; what was signed under it stays. Refused when it was ended before."""
    changed = uow.execute(
        "UPDATE qualification SET ended_at = ?, ended_by = ? WHERE id = ? AND person_id = ? AND ended_at IS NULL"
        " RETURNING kind, level",
        (uow.at, uow.actor.person_id, qualification_id, person_id),
    ).fetchone()
    if changed is None:
        raise Refused("people.qualification_ended")
    uow.audit("people.end_qualification", person_id, kind=changed[0], level=changed[1])
    _tell(uow, person_id)
    return {"qualification_id": qualification_id}


def _tell(uow: UnitOfWork, person_id: bytes) -> None:
    rows = uow.execute(
        "SELECT kind, level, document_no, valid_from, valid_to FROM qualification"
        " WHERE person_id = ? AND ended_at IS NULL ORDER BY kind, valid_from",
        (person_id,),
    ).fetchall()
    uow.emit(events.QUALIFIED, person_id, {"person_id": person_id, "qualifications": [list(row) for row in rows]})
