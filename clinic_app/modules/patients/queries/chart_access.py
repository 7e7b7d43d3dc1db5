"""Charts opened with a reason and alarms of bulk reading, for those who review them; whether a chart is closed."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.patients.queries.links import same_person
from clinic_app.modules.patients.rules.chart_access import is_closed


@dataclass(frozen=True, slots=True)
class Opening:
    """A chart opened with a reason: who, whose, until when, and what the review said."""

    id: bytes
    person_id: bytes
    reader: str
    patient_id: bytes
    person_no: str
    patient_name: str
    reason: str
    opened_at: int
    open_until: int
    reviewed_at: int | None
    reviewer: str
    verdict: str | None
    review_note: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """More charts read than allowed: `span` hour or day, `most` the limit then, `charts` read in that span by now."""

    id: bytes
    person_id: bytes
    reader: str
    span: str
    began_at: int
    most: int
    charts: int
    raised_at: int
    reviewed_at: int | None
    reviewer: str
    verdict: str | None
    review_note: str


_OPENING = (
    "SELECT o.id, o.person_id, w.name, o.patient_id, p.person_no, p.name, o.reason, o.opened_at, o.open_until,"
    " o.reviewed_at, coalesce(r.name, ''), o.verdict, o.review_note FROM chart_opening o"
    " JOIN person w ON w.id = o.person_id JOIN patient p ON p.id = o.patient_id"
    " LEFT JOIN person r ON r.id = o.reviewed_by"
)
_ALARM = (
    "SELECT a.id, a.person_id, w.name, a.span, a.began_at, a.most,"
    " (SELECT count(DISTINCT l.patient_id) FROM access_log l WHERE l.person_id = a.person_id"
    "  AND l.bucket >= a.began_at / 600000"
    "  AND l.bucket < (a.began_at + CASE a.span WHEN 'hour' THEN 3600000 ELSE 86400000 END) / 600000),"
    " a.raised_at, a.reviewed_at, coalesce(r.name, ''), a.verdict, a.review_note FROM reading_alarm a"
    " JOIN person w ON w.id = a.person_id LEFT JOIN person r ON r.id = a.reviewed_by"
)
_WAITING = (
    "SELECT (SELECT count(*) FROM chart_opening WHERE reviewed_at IS NULL),"
    " (SELECT count(*) FROM reading_alarm WHERE reviewed_at IS NULL)"
)
_OPENED = "SELECT EXISTS(SELECT 1 FROM chart_opening WHERE person_id = ? AND patient_id = ? AND open_until > ?)"
_FACE = (
    "SELECT coalesce(d.is_restricted, 0), p.last_visit_on FROM patient p"
    " LEFT JOIN patient_detail d ON d.patient_id = p.id WHERE p.id = ?"
)
_RESTRICTED = (
    "SELECT EXISTS(SELECT 1 FROM json_each(?) r JOIN patient_detail d ON d.patient_id = unhex(r.value)"
    " WHERE d.is_restricted = 1)"
)


def opening(opening_id: bytes) -> Opening | None:
    return db.read_one(Opening, f"{_OPENING} WHERE o.id = ?", (opening_id,))


def openings(*, is_reviewed: bool) -> list[Opening]:
    """Openings that wait for review, oldest first, or the newest that were reviewed."""
    if is_reviewed:
        return db.read(
            Opening, f"{_OPENING} WHERE o.reviewed_at IS NOT NULL ORDER BY o.reviewed_at DESC LIMIT 50"
        )
    return db.read(Opening, f"{_OPENING} WHERE o.reviewed_at IS NULL ORDER BY o.opened_at LIMIT 100")


def alarm(alarm_id: bytes) -> Alarm | None:
    return db.read_one(Alarm, f"{_ALARM} WHERE a.id = ?", (alarm_id,))


def alarms(*, is_reviewed: bool) -> list[Alarm]:
    """Alarms that wait for review, oldest first, or the newest that were reviewed."""
    if is_reviewed:
        return db.read(Alarm, f"{_ALARM} WHERE a.reviewed_at IS NOT NULL ORDER BY a.reviewed_at DESC LIMIT 50")
    return db.read(Alarm, f"{_ALARM} WHERE a.reviewed_at IS NULL ORDER BY a.raised_at LIMIT 100")


def waiting_reviews() -> tuple[int, int]:
    """How many openings and alarms wait."""
    found = db.row(_WAITING)
    return (found[0], found[1]) if found else (0, 0)


def is_restricted(patient_id: bytes) -> bool:
    """Whether this record, or one linked to it, is restricted (限制查阅): every page of it says so."""
    listed = json.dumps([one.hex() for one in same_person(patient_id)])
    return bool(db.value(_RESTRICTED, (listed,)))


def is_chart_closed(actor: Actor, patient_id: bytes, *, is_clinical: bool, is_in_care: bool = False) -> bool:
    """Whether the actor must say why before this page of the person's chart is shown.

    A restricted record counts for every record linked to it. Who is here today is in the care of the whole clinic.
    """
    records = same_person(patient_id)
    faces = [db.row(_FACE, (one,)) for one in records]
    is_restricted = any(face is not None and face[0] for face in faces)
    is_here = any(face is not None and face[1] == today().isoformat() for face in faces)
    if is_here or is_in_care or not (is_restricted or is_clinical):
        return False
    now = clock.read().at
    is_opened = any(db.value(_OPENED, (actor.person_id, one, now)) for one in records)
    return is_closed(is_restricted=is_restricted, is_clinical=is_clinical, is_in_care=False, is_opened=is_opened)


def chips(actor: Actor) -> list[Chip]:
    """To those who review: alarms and openings that wait."""
    if not actor.may("patients.review_access"):
        return []
    opened, alarmed = waiting_reviews()
    if not opened and not alarmed:
        return []
    return [Chip(_("查阅待审 %(count)d") % {"count": opened + alarmed}, "warn", "/patients/access-reviews")]
