"""Desks (工位) and the browsers that are one."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.desks import queries, rules
from clinic_app.modules.desks.models import DeskRow, PairedBrowser
from clinic_app.modules.desks.services.pairing import end_lan_browsers


def add_desk(
    uow: UnitOfWork,
    *,
    name: str,
    room_id: bytes | None,
    printer_kind: str,
    printer_address: str = "",
    reader_kind: str = "none",
    reader_address: str = "",
) -> dict[str, Any]:
    """Add a workstation with its devices; refuses a name that another desk has. -> {"desk_id"}"""
    facts = rules.desk_facts(name, printer_kind, printer_address, reader_kind, reader_address)
    _refuse_taken_name(facts.name, None)
    _refuse_unknown_room(room_id)
    desk_id = new_id()
    place = queries.next_place()
    DeskRow.insert(
        id=desk_id, place=place, room_id=room_id, is_open=1, created_at=uow.at, **_columns(facts)
    ).execute()
    uow.audit("desks.add_desk", desk_id, printer=facts.printer_kind, reader=facts.reader_kind)
    return {"desk_id": desk_id.hex()}


def change_desk(
    uow: UnitOfWork,
    desk_id: bytes,
    *,
    name: str,
    room_id: bytes | None,
    printer_kind: str,
    printer_address: str = "",
    reader_kind: str = "none",
    reader_address: str = "",
) -> dict[str, Any]:
    """Give a desk another name, room or devices; papers that wait go to the new printer. -> {"desk_id"}"""
    before = _known(desk_id)
    facts = rules.desk_facts(name, printer_kind, printer_address, reader_kind, reader_address)
    _refuse_taken_name(facts.name, desk_id)
    if room_id != before.room_id:
        _refuse_unknown_room(room_id)
    DeskRow.update(room_id=room_id, **_columns(facts)).where(DeskRow.id == desk_id).execute()
    uow.audit(
        "desks.change_desk", desk_id,
        printer=facts.printer_kind, address=facts.printer_address, reader=facts.reader_kind,
    )
    return {"desk_id": desk_id.hex()}


def close_desk(uow: UnitOfWork, desk_id: bytes) -> dict[str, Any]:
    """Take a desk out of use (停用): browsers are no longer it; refuses while papers of it are unfinished."""
    found = _known(desk_id)
    waiting = queries.papers_unfinished(desk_id)
    if waiting:
        raise Refused("desks.papers_waiting", name=found.name, count=waiting)
    uow.change_one(
        "UPDATE desk SET is_open = 0 WHERE id = ? AND is_open = 1", (desk_id,),
        Refused("desks.already_closed", name=found.name),
    )
    PairedBrowser.delete().where(PairedBrowser.desk_id == desk_id).execute()
    end_lan_browsers(uow, desk_id)
    uow.audit("desks.close_desk", desk_id)
    return {"desk_id": desk_id.hex()}


def reopen_desk(uow: UnitOfWork, desk_id: bytes) -> dict[str, Any]:
    """Use a closed desk again; its browsers pick it anew at sign-in."""
    found = _known(desk_id)
    uow.change_one(
        "UPDATE desk SET is_open = 1 WHERE id = ? AND is_open = 0", (desk_id,),
        Refused("desks.already_open", name=found.name),
    )
    uow.audit("desks.reopen_desk", desk_id)
    return {"desk_id": desk_id.hex()}


def pair_browser(uow: UnitOfWork, desk_id: bytes, token: str) -> dict[str, Any]:
    """Make the browser that holds this random cookie the desk; only the cookie's hash is stored. -> {"desk_id"}"""
    found = queries.desk(desk_id)
    if found is None or not found.is_open:
        raise Missing("desks.no_such_desk")
    if len(token) < rules.SHORTEST_TOKEN:
        raise Refused("desks.browser_unknown")
    row = PairedBrowser.insert(token_hash=queries.token_hash(token), desk_id=desk_id, paired_at=uow.at)
    row.on_conflict_replace().execute()
    uow.audit("desks.pair_browser", desk_id)
    return {"desk_id": desk_id.hex()}


def _columns(facts: rules.DeskFacts) -> dict[str, str]:
    return {
        "name": facts.name, "printer_kind": facts.printer_kind, "printer_address": facts.printer_address,
        "reader_kind": facts.reader_kind, "reader_address": facts.reader_address,
    }  # fmt: skip


def _known(desk_id: bytes) -> queries.Desk:
    found = queries.desk(desk_id)
    if found is None:
        raise Missing("desks.no_such_desk")
    return found


def _refuse_taken_name(name: str, own: bytes | None) -> None:
    holder = queries.desk_named(name)
    if holder is not None and holder != own:
        raise Refused("desks.name_taken", field="name", name=name)


def _refuse_unknown_room(room_id: bytes | None) -> None:
    if room_id is not None and queries.room(room_id) is None:
        raise Missing("desks.no_such_room", field="room_id")
