"""Reads of the visits (就诊); the subject's face for later ones together with `services`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock, from_local
from clinic_app.kernel.clock import today as business_day
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `on` is its business day in ISO text, moments in ms UTC, `with_number` 0 for 无号接诊."""

    id: bytes
    visit_no: str
    queue_no: int
    patient_id: bytes
    room_id: bytes
    doctor_id: bytes | None
    kind: str
    payer: str
    state: str
    registered_at: int
    on: str
    started_at: int | None
    finished_at: int | None
    with_number: int
    cancel_reason: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.on)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a queue: visit, person, where and since when."""

    visit_id: bytes
    queue_no: int
    visit_no: str
    patient_id: bytes
    name: str
    sex: str
    born_on: str | None
    is_birth_estimated: bool
    state: str
    kind: str
    payer: str
    room_id: bytes
    room_name: str
    doctor_id: bytes | None
    doctor_name: str
    registered_at: int
    called_at: int | None
    started_at: int | None
    finished_at: int | None

    @property
    def waited_ms(self) -> int:
        """From registration to the consultation, or to now for who still waits."""
        return (self.started_at or clock.read().at) - self.registered_at

    @property
    def changed_at(self) -> int:
        """When the visit took its newest step."""
        return self.finished_at or self.started_at or self.called_at or self.registered_at


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day; `wait_minutes` is the mean wait of those who were seen."""

    registered: int
    afternoon: int
    waiting: int
    in_consultation: int
    wait_minutes: int | None


_VISIT = (
    "SELECT id, visit_no, queue_no, patient_id, room_id, doctor_id, kind, payer, state, registered_at, visit_on,"
    " started_at, finished_at, with_number, cancel_reason FROM visit WHERE "
)
_ROWS = (
    "SELECT v.id, v.queue_no, v.visit_no, v.patient_id, p.name, p.sex, p.born_on, p.is_birth_estimated,"
    " v.state, v.kind, v.payer, v.room_id, r.name, v.doctor_id, coalesce(d.name, ''),"
    " v.registered_at, v.called_at, v.started_at, v.finished_at FROM visit v JOIN patient p ON p.id = v.patient_id"
    " JOIN room r ON r.id = v.room_id LEFT JOIN person d ON d.id = v.doctor_id WHERE "
)
_ROW = f"{_ROWS}v.visit_on = ?"
_OPEN = "AND v.state IN ('registered', 'called', 'in_consultation') ORDER BY v.queue_no DESC"
MOST_SHOWN, WHOLE_DAY = 24, 400


def visit(visit_id: bytes) -> Visit | None:
    return db.read_one(Visit, f"{_VISIT}id = ?", (visit_id,))


def visit_of_slip(text: str) -> Visit | None:
    """The visit whose slip was scanned: its whole number, in either case."""
    return db.read_one(Visit, f"{_VISIT}visit_no = ?", (text.strip().upper(),))


def queue(room_id: bytes | None, on: date) -> list[QueueRow]:
    """The day's visits of a room, or of all rooms, that are not cancelled, lowest number first."""
    if room_id is None:
        return db.read(QueueRow, f"{_ROW} AND v.state <> 'cancelled' ORDER BY v.queue_no", (on.isoformat(),))
    return db.read(
        QueueRow, f"{_ROW} AND v.room_id = ? AND v.state <> 'cancelled' ORDER BY v.queue_no", (on.isoformat(), room_id)
    )


def today(on: date, *, waiting_only: bool = False, limit: int = MOST_SHOWN) -> list[QueueRow]:
    """The newest visits of the day, cancelled ones too, for the desk."""
    only = " AND v.state IN ('registered', 'called')" if waiting_only else ""
    return db.read(QueueRow, f"{_ROW}{only} ORDER BY v.queue_no DESC LIMIT ?", (on.isoformat(), limit))


def row(visit_id: bytes) -> QueueRow | None:
    """One visit as the queues show it."""
    return db.read_one(QueueRow, f"{_ROWS}v.id = ?", (visit_id,))


def day(on: date, noon_at: int) -> Day:
    """Counts of a day; `noon_at` divides morning and afternoon, in ms UTC."""
    total, afternoon, waiting, inside, wait_ms = db.rows(
        "SELECT count(*), total(registered_at >= ?), total(state IN ('registered', 'called')),"
        " total(state = 'in_consultation'), avg(CASE WHEN with_number = 1 THEN started_at - registered_at END)"
        " FROM visit WHERE visit_on = ?",
        (noon_at, on.isoformat()),
    )[0]
    minutes = None if wait_ms is None else round(wait_ms / 60_000)
    return Day(total, int(afternoon), int(waiting), int(inside), minutes)


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait, for the home page of those who may see it."""
    if not actor.may("visits.register"):
        return {}
    found = day(business_day(), 0)
    facts = {"count": found.registered, "waiting": found.waiting}
    return {"visits.registration": _("今天挂了 %(count)d 个，候诊 %(waiting)d") % facts}


def waiting_by_room(on: date) -> dict[bytes, int]:
    """How many wait at each room; rooms without anybody are left out."""
    return dict(
        db.rows(
            "SELECT room_id, count(*) FROM visit WHERE visit_on = ? AND state IN ('registered', 'called')"
            " GROUP BY room_id",
            (on.isoformat(),),
        )
    )


def waiting_before(visit: Visit) -> int:
    """How many wait at the same room with a lower number."""
    return int(
        db.value(
            "SELECT count(*) FROM visit WHERE visit_on = ? AND room_id = ? AND queue_no < ?"
            " AND state IN ('registered', 'called')",
            (visit.on, visit.room_id, visit.queue_no),
        )
    )


def doctors_by_room(on: date) -> dict[bytes, str]:
    """The doctor who last began a consultation in each room that day."""
    return {
        room_id: name
        for room_id, name, _newest in db.rows(
            "SELECT v.room_id, d.name, max(v.started_at) FROM visit v JOIN person d ON d.id = v.doctor_id"
            " WHERE v.visit_on = ? AND v.doctor_id IS NOT NULL GROUP BY v.room_id",
            (on.isoformat(),),
        )
    }


def rooms_with_a_doctor(on: date, busy: Iterable[bytes] | None = None) -> set[bytes]:
    """Rooms where a doctor began a consultation that day, or sits signed in at a desk of the room.

    `busy`: the first of the two, where the caller has read it already.
    """
    begun = set(doctors_by_room(on) if busy is None else busy)
    since = from_local(datetime.combine(on, time()))
    signed_in = db.rows(
        "SELECT DISTINCT person_id, desk_id FROM session WHERE ended_at IS NULL AND created_at >= ?"
        " AND person_id IS NOT NULL AND desk_id IS NOT NULL",
        (since,),
    )
    if not signed_in:
        return begun
    doctors = {one.id for one in people.prescribers()}
    room_of = {desk.id: desk.room_id for desk in desks.desks() if desk.room_id}
    seated = {room_of[desk_id] for person_id, desk_id in signed_in if person_id in doctors and desk_id in room_of}
    return seated | begun


def visits_of_person(patient_id: bytes, limit: int = 20) -> list[Visit]:
    """The person's visits, newest first, of every record that is linked (ID-09)."""
    found = [
        one
        for record in patients.same_person(patient_id)
        for one in db.read(
            Visit, f"{_VISIT}patient_id = ? ORDER BY visit_on DESC, registered_at DESC LIMIT ?", (record, limit)
        )
    ]
    return sorted(found, key=lambda one: one.registered_at, reverse=True)[:limit]


def open_visits(patient_id: bytes, on: date) -> list[QueueRow]:
    """What the person has waiting or running that day: a second registration is probably a slip."""
    return [
        one
        for record in patients.same_person(patient_id)
        for one in db.read(QueueRow, f"{_ROWS}v.patient_id = ? AND v.visit_on = ? {_OPEN}", (record, on.isoformat()))
    ]


def last_payer(patient_id: bytes) -> str | None:
    """How the newest visit was paid, the default of the next one."""
    newest = visits_of_person(patient_id, limit=1)
    return newest[0].payer if newest else None
