"""Rooms (诊室)."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries, rules
from clinic_app.modules.desks.models import RoomRow


def add_room(uow: UnitOfWork, *, code: str, name: str, speciality: str) -> dict[str, Any]:
    """Add an open room; refuses a code that another room has. -> {"room_id"}"""
    facts = rules.room_facts(code, name, speciality)
    _refuse_taken_code(facts.code, None)
    room_id = new_id()
    RoomRow.insert(
        id=room_id, code=facts.code, name=facts.name, speciality=facts.speciality, is_open=1, created_at=uow.at
    ).execute()
    uow.audit("desks.add_room", room_id, code=facts.code)
    return {"room_id": room_id.hex()}


def change_room(
    uow: UnitOfWork, room_id: bytes, *, code: str, name: str, speciality: str, is_open: bool
) -> dict[str, Any]:
    """Rename a room, or open or close it for registration (停诊); old visits keep it. -> {"room_id"}"""
    if queries.room(room_id) is None:
        raise Missing("desks.no_such_room")
    facts = rules.room_facts(code, name, speciality)
    _refuse_taken_code(facts.code, room_id)
    RoomRow.update(code=facts.code, name=facts.name, speciality=facts.speciality, is_open=int(is_open)).where(
        RoomRow.id == room_id
    ).execute()
    uow.audit("desks.change_room", room_id, code=facts.code, open=int(is_open))
    return {"room_id": room_id.hex()}


def _refuse_taken_code(code: str, own: bytes | None) -> None:
    holder = next((room for room in queries.rooms() if room.code == code), None)
    if holder is not None and holder.id != own:
        raise Refused("desks.room_code_taken", field="code", number=code, name=holder.name)
