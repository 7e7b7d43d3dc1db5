"""What the call screen (叫号屏) shows: who is called where, and which numbers come next."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, db, parameters

MOST_CALLED, MOST_WAITING = 6, 8


@dataclass(frozen=True, slots=True)
class Called:
    """One called number; `name` is the whole one, to be masked before it is shown."""

    visit_id: bytes
    queue_no: int
    name: str
    room_name: str
    called_at: int


def called_now(on: date, room_id: bytes | None = None) -> list[Called]:
    """Who was called in the last `visits.call_shown_minutes`, newest first, at most 6."""
    since = clock.clock.read().at - parameters.value("visits.call_shown_minutes", on) * 60_000
    return db.read(
        Called,
        "SELECT v.id, v.queue_no, p.name, r.name, v.called_at FROM visit v JOIN patient p ON p.id = v.patient_id"
        " JOIN room r ON r.id = v.room_id WHERE v.visit_on = ?1 AND v.called_at >= ?2 AND v.state <> 'cancelled'"
        " AND (?3 IS NULL OR v.room_id = ?3) ORDER BY v.called_at DESC LIMIT ?4",
        (on.isoformat(), since, room_id, MOST_CALLED),
    )


def waiting_numbers(on: date, room_id: bytes | None = None) -> dict[str, list[int]]:
    """The next numbers of each room, at most 8, in the order in which they are called."""
    found: dict[str, list[int]] = {}
    for name, number in db.rows(
        "SELECT r.name, v.queue_no FROM visit v JOIN room r ON r.id = v.room_id"
        " WHERE v.visit_on = ?1 AND v.state = 'registered' AND v.passed_at IS NULL AND (?2 IS NULL OR v.room_id = ?2)"
        " ORDER BY r.code, v.rank, v.rank_at, v.queue_no",
        (on.isoformat(), room_id),
    ):
        line = found.setdefault(name, [])
        if len(line) < MOST_WAITING:
            line.append(number)
    return found


def first_called_at(visit_id: bytes) -> int | None:
    found: int | None = db.value("SELECT first_called_at FROM visit WHERE id = ?", (visit_id,))
    return found


def passes(visit_id: bytes) -> int:
    """How often the number was called and nobody came."""
    return int(db.value("SELECT passes FROM visit WHERE id = ?", (visit_id,)))


def returns(visit_id: bytes) -> int:
    """How often the patient came back with results."""
    return int(db.value("SELECT returns FROM visit WHERE id = ?", (visit_id,)))
