"""Rooms, desks and the browsers that are one."""

import hashlib
from dataclasses import dataclass

from clinic_app.kernel import db

_ROOM = "SELECT id, code, name, speciality, is_open FROM room"
_DESK = (
    "SELECT id, name, room_id, CASE WHEN room_id IS NULL THEN 'counter' ELSE 'room' END, printer_kind, printer_address,"
    " reader_kind, reader_address, is_open FROM desk"
)


@dataclass(frozen=True, slots=True)
class Room:
    """A consulting room (诊室); a closed one takes no registrations."""

    id: bytes
    code: str
    name: str
    speciality: str
    is_open: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A workstation (工位); `kind` is "room" for one in a consulting room, else "counter"."""

    id: bytes
    name: str
    room_id: bytes | None
    kind: str
    printer_kind: str
    printer_address: str
    reader_kind: str
    reader_address: str
    is_open: int


def rooms() -> list[Room]:
    """All rooms by code."""
    return db.read(Room, f"{_ROOM} ORDER BY code")


def room(room_id: bytes) -> Room | None:
    return db.read_one(Room, f"{_ROOM} WHERE id = ?", (room_id,))


def desks() -> list[Desk]:
    """The desks in use, in the order in which they were made."""
    return db.read(Desk, f"{_DESK} WHERE is_open = 1 ORDER BY place")


def closed_desks() -> list[Desk]:
    return db.read(Desk, f"{_DESK} WHERE is_open = 0 ORDER BY place")


def desk(desk_id: bytes) -> Desk | None:
    """Any desk, closed ones included."""
    return db.read_one(Desk, f"{_DESK} WHERE id = ?", (desk_id,))


def next_place() -> int:
    """Where the next desk stands in lists."""
    return int(db.value("SELECT coalesce(max(place), 0) + 1 FROM desk"))


def desk_named(name: str) -> bytes | None:
    found: bytes | None = db.value("SELECT id FROM desk WHERE name = ?", (name,))
    return found


def token_hash(token: str) -> bytes:
    """What is stored of a desk cookie."""
    return hashlib.sha256(token.encode()).digest()


def desk_of_browser(token: str) -> bytes | None:
    """The desk of the browser that holds this cookie."""
    found: bytes | None = db.value(
        "SELECT b.desk_id FROM paired_browser b JOIN desk d ON d.id = b.desk_id"
        " WHERE b.token_hash = ? AND d.is_open = 1",
        (token_hash(token),),
    )
    return found


def last_used() -> list[tuple[str, int | None]]:
    """(name, ms UTC of the newest sign-in there or None) of the desks in use."""
    return db.rows(
        "SELECT d.name, s.used FROM desk d"
        " LEFT JOIN (SELECT desk_id, max(created_at) AS used FROM session GROUP BY desk_id) s ON s.desk_id = d.id"
        " WHERE d.is_open = 1 ORDER BY d.place"
    )
