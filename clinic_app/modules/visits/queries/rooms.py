"""The counts of a day and of its rooms (候诊人数), and where a doctor sits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from clinic_app.kernel import db
from clinic_app.kernel.clock import from_local
from clinic_app.kernel.clock import today as business_day
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits.queries.visits import Visit, days_that_hold

_WAIT = "visit_on BETWEEN ? AND ? AND state IN ('registered', 'called') AND passed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day; `wait_minutes` is the mean wait of those who were seen."""

    registered: int
    afternoon: int
    waiting: int
    in_consultation: int
    wait_minutes: int | None


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
            f"SELECT room_id, count(*) FROM visit WHERE {_WAIT} GROUP BY room_id", days_that_hold(on)
        )
    )


def waiting_before(visit: Visit) -> int:
    """How many are called before this one at the same room."""
    return int(
        db.value(
            f"SELECT count(*) FROM visit WHERE {_WAIT} AND room_id = ? AND (rank, rank_at, queue_no) < (?, ?, ?)",
            (*days_that_hold(visit.day), visit.room_id, visit.rank, visit.rank_at, visit.queue_no),
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
