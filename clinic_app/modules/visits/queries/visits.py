"""Visits, the lines in front of the rooms, and the counts of a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import clock
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits.rules.queueing import EMERGENCY


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
    with_fee: int
    session_id: bytes | None
    rank: int
    rank_at: int
    passed_at: int | None
    passes: int
    away_at: int | None
    returned_at: int | None

    @property
    def mark(self) -> str:
        """Changes whenever the patient waits anew or goes for results: a second start is another command."""
        return f"{self.passes}-{self.returned_at or self.away_at or 0}"

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
    on: str
    rank: int
    rank_at: int
    passed_at: int | None
    passes: int
    away_at: int | None
    returned_at: int | None

    @property
    def waited_ms(self) -> int:
        """From registration to the consultation, or to now for who still waits; from coming back with results."""
        if self.returned_at:
            return clock.read().at - self.returned_at
        return (self.started_at or clock.read().at) - self.registered_at

    @property
    def is_next_in_line(self) -> bool:
        """Whether this one may be called: waits, and did not miss a call."""
        return self.state in WAITING and self.passed_at is None

    @property
    def stands(self) -> tuple[bool, int, int, int]:
        """What a line is sorted by: called ones first, then rank and moment."""
        return (self.state != "called", self.rank, self.rank_at, self.queue_no)

    @property
    def mark(self) -> str:
        """Changes whenever the patient waits anew or goes for results: a second start is another command."""
        return f"{self.passes}-{self.returned_at or self.away_at or 0}"

    @property
    def changed_at(self) -> int:
        """When the visit took its newest step."""
        return self.finished_at or self.started_at or self.called_at or self.registered_at


_VISIT = (
    "SELECT id, visit_no, queue_no, patient_id, room_id, doctor_id, kind, payer, state, registered_at, visit_on,"
    " started_at, finished_at, with_number, cancel_reason, with_fee, session_id, rank, rank_at, passed_at, passes,"
    " away_at, returned_at FROM visit WHERE "
)
_ROWS = (
    "SELECT v.id, v.queue_no, v.visit_no, v.patient_id, p.name, p.sex, p.born_on, p.is_birth_estimated,"
    " v.state, v.kind, v.payer, v.room_id, r.name, v.doctor_id, coalesce(d.name, ''),"
    " v.registered_at, v.called_at, v.started_at, v.finished_at, v.visit_on, v.rank, v.rank_at, v.passed_at, v.passes,"
    " v.away_at, v.returned_at FROM visit v JOIN patient p ON p.id = v.patient_id"
    " JOIN room r ON r.id = v.room_id LEFT JOIN person d ON d.id = v.doctor_id WHERE "
)
# The day's visits, and those of the days before whose number still holds (VS-03).
_HOLDS = "v.visit_on BETWEEN ? AND ? AND (v.visit_on = ? OR v.state IN ('registered', 'called'))"
_ROW = f"{_ROWS}{_HOLDS}"
WAITING = ("registered", "called")
_OPEN = "AND v.state IN ('registered', 'called', 'in_consultation') ORDER BY v.queue_no DESC"
MOST_SHOWN, WHOLE_DAY = 24, 400


def visit(visit_id: bytes) -> Visit | None:
    return db.read_one(Visit, f"{_VISIT}id = ?", (visit_id,))


def visit_of_slip(text: str) -> Visit | None:
    """The visit whose slip was scanned: its whole number, in either case."""
    return db.read_one(Visit, f"{_VISIT}visit_no = ?", (text.strip().upper(),))


def queue(room_id: bytes | None, on: date) -> list[QueueRow]:
    """The day's visits of a room, or of all rooms, that are not cancelled, in the order in which they are called."""
    only, given = ("", ()) if room_id is None else (" AND v.room_id = ?", (room_id,))
    found = db.read(QueueRow, f"{_ROW} AND v.state <> 'cancelled'{only}", (*days_that_hold(on), on.isoformat(), *given))
    return sorted(found, key=lambda row: row.stands)


def left_open(doctor_id: bytes, on: date) -> list[QueueRow]:
    """Consultations that this doctor began on one of the days before and has not ended: midnight ends none."""
    days = parameters.value("visits.left_open_days", on)
    first, last = (on - timedelta(days=days)).isoformat(), (on - timedelta(days=1)).isoformat()
    return db.read(
        QueueRow, f"{_ROWS}v.visit_on BETWEEN ? AND ? AND v.doctor_id = ? AND v.state = 'in_consultation'"
        " ORDER BY v.visit_on, v.queue_no", (first, last, doctor_id),
    )  # fmt: skip


def next_in_line(room_id: bytes | None, on: date, doctor_id: bytes) -> QueueRow | None:
    """Who is called next: emergencies, then those back with results for this doctor, then the line (OPD triage)."""
    rows = queue(room_id, on)
    back = [row for row in rows if row.returned_at and row.doctor_id == doctor_id]
    line = [row for row in rows if row.is_next_in_line]
    if line and (line[0].state == "called" or line[0].rank == EMERGENCY or not back):
        return line[0]
    return min(back, key=lambda row: row.returned_at or 0, default=None)


def days_that_hold(on: date) -> tuple[str, str]:
    """The first day whose numbers still hold, and this one (VS-03)."""
    held = parameters.value("visits.number_valid_days", on)
    return (on - timedelta(days=held - 1)).isoformat(), on.isoformat()


def today(on: date, *, waiting_only: bool = False, limit: int = MOST_SHOWN) -> list[QueueRow]:
    """The newest visits of the day, cancelled ones too, for the desk."""
    only = " AND v.state IN ('registered', 'called')" if waiting_only else ""
    return db.read(
        QueueRow,
        f"{_ROW}{only} ORDER BY v.visit_on DESC, v.queue_no DESC LIMIT ?",
        (*days_that_hold(on), on.isoformat(), limit),
    )


def row(visit_id: bytes) -> QueueRow | None:
    """One visit as the queues show it."""
    return db.read_one(QueueRow, f"{_ROWS}v.id = ?", (visit_id,))


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


def visits_since(patient_id: bytes, day: date) -> list[bytes]:
    """The ids of the person's visits from a day on."""
    return [
        visit_id
        for record in patients.same_person(patient_id)
        for (visit_id,) in db.rows(
            "SELECT id FROM visit WHERE patient_id = ? AND visit_on >= ?", (record, day.isoformat())
        )
    ]


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
