"""Doctor sessions (出诊班次) and what is taken of them; the appointments (预约) of a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import clock, db
from clinic_app.modules.visits.rules import sessions as rules

DOCTORS = frozenset({"doctor", "village_doctor"})
MOST_APPOINTMENTS = 300
_SESSION = (
    "SELECT s.id, s.doctor_id, p.name, s.room_id, r.name, s.weekday, s.session_on, s.from_minute, s.to_minute, s.slots,"
    " s.valid_from, s.valid_to FROM doctor_session s JOIN person p ON p.id = s.doctor_id"
    " JOIN room r ON r.id = s.room_id"
)
_APPOINTMENT = (
    "SELECT a.id, a.session_id, a.visit_on, a.slot_no, a.patient_id, a.name, a.phone, a.by_phone, a.state, a.visit_id,"
    " a.cancel_reason FROM appointment a WHERE "
)


@dataclass(frozen=True, slots=True)
class Session:
    """A doctor in a room at some hours, each week on `weekday` or once on `session_on`; `slots` patients are taken."""

    id: bytes
    doctor_id: bytes
    doctor_name: str
    room_id: bytes
    room_name: str
    weekday: int | None
    session_on: str | None
    from_minute: int
    to_minute: int
    slots: int
    valid_from: str
    valid_to: str | None

    @property
    def hours(self) -> rules.Hours:
        return rules.Hours(self.from_minute, self.to_minute, self.slots)

    @property
    def hours_text(self) -> str:
        return f"{rules.clock_text(self.from_minute)}–{rules.clock_text(self.to_minute)}"

    def is_on(self, on: date) -> bool:
        return rules.is_on(self.weekday, self.session_on, self.valid_from, self.valid_to, on)

    def slot_text(self, slot_no: int) -> str:
        """When a slot begins, `08:20`."""
        return rules.clock_text(rules.slot_minute(self.hours, slot_no))


@dataclass(frozen=True, slots=True)
class Held:
    """A session of a day with the places left in it."""

    session: Session
    left: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """A slot kept for somebody; `patient_id` None for who has no record yet, `visit_id` once they arrived."""

    id: bytes
    session_id: bytes
    on: str
    slot_no: int
    patient_id: bytes | None
    name: str
    phone: str
    by_phone: int
    state: str
    visit_id: bytes | None
    cancel_reason: str


def session(session_id: bytes) -> Session | None:
    return db.read_one(Session, f"{_SESSION} WHERE s.id = ?", (session_id,))


def planned(on: date) -> list[Session]:
    """Every session that is or will be held, by weekday, then date and hour."""
    return db.read(
        Session,
        f"{_SESSION} WHERE s.valid_to IS NULL AND (s.session_on IS NULL OR s.session_on >= ?)"
        " ORDER BY s.session_on, s.weekday, s.from_minute, r.code",
        (on.isoformat(),),
    )


def sessions_on(on: date) -> list[Session]:
    """The sessions held on a day, earliest first."""
    found = db.read(
        Session, f"{_SESSION} WHERE s.weekday = ? OR s.session_on = ? ORDER BY s.from_minute, r.code",
        (on.isoweekday(), on.isoformat()),
    )  # fmt: skip
    return [one for one in found if one.is_on(on)]


def sessions_now() -> list[Held]:
    """The sessions of today that are not over yet, with what is left of each."""
    reading = clock.clock.read()
    now = clock.local(reading.at)
    found = [one for one in sessions_on(reading.on) if one.to_minute > now.hour * 60 + now.minute]
    gone = taken(reading.on) if found else {}
    return [Held(one, max(0, one.slots - gone.get(one.id, 0))) for one in found]


def taken(on: date) -> dict[bytes, int]:
    """How many places of each session of a day are gone: visits, and appointments that nobody came for yet."""
    found = db.rows(
        "SELECT session_id, count(*) FROM (SELECT session_id FROM visit WHERE visit_on = ?1 AND session_id IS NOT NULL"
        " AND state <> 'cancelled' UNION ALL SELECT session_id FROM appointment WHERE visit_on = ?1"
        " AND state = 'booked') GROUP BY session_id",
        (on.isoformat(),),
    )
    return dict(found)


def taken_of(session_id: bytes, on: date) -> int:
    return taken(on).get(session_id, 0)


def free_slots(found: Session, on: date) -> list[int]:
    """The slots that may still be booked: nobody's, not begun yet, and only as many as there are places left."""
    held = {one.slot_no for one in appointments_of(found.id, on)}
    now = clock.local(clock.clock.read().at)
    begun = now.hour * 60 + now.minute if now.date() == on else -1
    free = [
        one
        for one in range(1, found.slots + 1)
        if one not in held and rules.slot_minute(found.hours, one) > begun
    ]
    return free if taken_of(found.id, on) < found.slots else []


def appointment(appointment_id: bytes) -> Appointment | None:
    return db.read_one(Appointment, f"{_APPOINTMENT}a.id = ?", (appointment_id,))


def appointments_of(session_id: bytes, on: date) -> list[Appointment]:
    """Who holds a slot of a session on a day, by slot; what was given back is left out."""
    return db.read(
        Appointment, f"{_APPOINTMENT}a.session_id = ? AND a.visit_on = ? AND a.state <> 'cancelled' ORDER BY a.slot_no",
        (session_id, on.isoformat()),
    )  # fmt: skip


def appointments_on(on: date) -> list[Appointment]:
    """Every appointment of a day, cancelled ones too, by session and slot."""
    return db.read(
        Appointment, f"{_APPOINTMENT}a.visit_on = ? ORDER BY a.session_id, a.slot_no, a.made_at LIMIT ?",
        (on.isoformat(), MOST_APPOINTMENTS),
    )  # fmt: skip


def booked_from(session_id: bytes, on: date) -> int:
    """How many still count on a session from a day on."""
    return int(
        db.value(
            "SELECT count(*) FROM appointment WHERE session_id = ? AND visit_on >= ? AND state = 'booked'",
            (session_id, on.isoformat()),
        )
    )


def no_shows(since: date, before: date) -> list[Appointment]:
    """Appointments of past days that nobody came for and nobody gave back (爽约), newest first."""
    return db.read(
        Appointment,
        f"{_APPOINTMENT}a.visit_on >= ? AND a.visit_on < ? AND a.state = 'booked' ORDER BY a.visit_on DESC, a.slot_no"
        " LIMIT ?",
        (since.isoformat(), before.isoformat(), MOST_APPOINTMENTS),
    )


def bookable(on: date, ahead: int) -> list[tuple[date, list[tuple[Session, int]]]]:
    """The next days on which somebody holds a session, today first; each session with the places left to book.

    A session of today that is over is left out; of one that has begun only the slots to come count.
    """
    found = planned(on)
    days = [(on, [(one.session, min(one.left, len(free_slots(one.session, on)))) for one in sessions_now()])]
    for day in (on + timedelta(days=one) for one in range(1, ahead + 1)):
        held = [one for one in found if one.is_on(day)]
        gone = taken(day) if held else {}
        days.append((day, [(one, max(0, one.slots - gone.get(one.id, 0))) for one in held]))
    return [(day, sessions) for day, sessions in days if sessions]
