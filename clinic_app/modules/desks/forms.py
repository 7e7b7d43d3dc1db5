"""What the forms of desks, rooms and cards say: parsing and messages, no decisions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.ports import Card

DESK_FIELDS = ("name", "room_id", "printer_kind", "printer_address", "reader_kind")
ROOM_FIELDS = ("code", "name", "speciality", "is_open")
LAN_FIELDS = ("names", "port", "is_plain", "is_new_authority")
CARD_FIELDS = ("card", "number", "name", "sex", "born_on", "address")
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class DeskForm:
    name: str
    room_id: bytes | None
    printer_kind: str
    printer_address: str
    reader_kind: str


@dataclass(frozen=True, slots=True)
class RoomForm:
    code: str
    name: str
    speciality: str


@dataclass(frozen=True, slots=True)
class LanForm:
    names: str
    port: str
    is_plain: bool
    is_new_authority: bool


def is_id(text: str) -> bool:
    """Whether a text is a record id as URLs and fields carry it."""
    return bool(_ID.fullmatch(text))


def read_desk(form: MultiDict[str, str]) -> DeskForm:
    """A desk as typed; the service checks it."""
    room = form.get("room_id", "")
    if room and not is_id(room):
        raise Missing("desks.no_such_room", field="room_id")
    return DeskForm(
        form.get("name", ""), bytes.fromhex(room) if room else None,
        form.get("printer_kind", ""), form.get("printer_address", ""), form.get("reader_kind", ""),
    )


def read_room(form: MultiDict[str, str]) -> RoomForm:
    return RoomForm(form.get("code", ""), form.get("name", ""), form.get("speciality", ""))


def read_lan(form: MultiDict[str, str]) -> LanForm:
    """The choice for the LAN as typed; the rules check it."""
    ticked = [form.get(name) == "1" for name in ("is_plain", "is_new_authority")]
    return LanForm(form.get("names", "")[:600], form.get("port", "")[:20], *ticked)


def came_out(form: MultiDict[str, str]) -> bool:
    """The answer to "did the paper come out?": nothing but a clear yes or no."""
    answer = form.get("came_out", "")
    if answer not in ("yes", "no"):
        raise Refused("desks.answer_unclear", field="came_out")
    return answer == "yes"


def printer_state(form: MultiDict[str, str]) -> Literal["on", "off", "paper_out"]:
    """The switch of a virtual printer."""
    match form.get("state", ""):
        case "on":
            return "on"
        case "off":
            return "off"
        case "paper_out":
            return "paper_out"
        case other:
            raise Refused("desks.unknown_state", field="state", value=other[:20])


def read_card(form: MultiDict[str, str], cards: Sequence[Card]) -> Card:
    """One of `cards` by its place, or a typed card; Invalid names every field at fault.

    A typed number is not tested: a card may be wrong, and the screens that read it must say so.
    """
    picked = form.get("card", "")
    if picked:
        if not (picked.isascii() and picked.isdigit() and int(picked[:3]) < len(cards)):
            raise Missing("desks.no_such_card")
        return cards[int(picked[:3])]
    typed = {name: " ".join(form.get(name, "").split()) for name in CARD_FIELDS}
    faults: dict[str, Refused] = {}
    for name, most in (("number", 40), ("name", 100), ("address", 200)):
        if not typed[name] and name != "address":
            faults[name] = Refused("desks.needed", field=name)
        elif len(typed[name]) > most:
            faults[name] = Refused("desks.too_long", field=name, have=len(typed[name]), most=most)
        elif not typed[name].isprintable():
            faults[name] = Refused("desks.unprintable", field=name)
    if typed["sex"] not in ("", "1", "2"):
        faults["sex"] = Refused("desks.needed", field="sex")
    if typed["born_on"] and not _is_day(typed["born_on"]):
        faults["born_on"] = Refused("desks.day_wrong", field="born_on", value=typed["born_on"][:20])
    if faults:
        raise Invalid(faults)
    return Card("id_card", typed["number"], typed["name"], typed["sex"], typed["born_on"], typed["address"])


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
