"""Opening a closed chart with a reason (紧急查看), showing whole numbers, alarms of bulk reading; all reviewed."""

from datetime import datetime, time
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.access_log import BUCKET_MS
from clinic_app.kernel.clock import from_local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.models import ChartOpening
from clinic_app.modules.patients.rules import chart_access as rules

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
_READ = (
    "SELECT count(DISTINCT CASE WHEN bucket >= ? THEN patient_id END), count(DISTINCT patient_id)"
    " FROM access_log WHERE person_id = ? AND bucket >= ?"
)


def open_closed_chart(uow: UnitOfWork, patient_id: bytes, reason: str) -> dict[str, Any]:
    """Open a chart that asks for a reason, for the time of `patients.opening_minutes`; a second person reviews it.

    Refused `patients.reason_missing`.
    """
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    said = rules.opening_reason(reason)
    opening_id = new_id()
    minutes = parameters.value("patients.opening_minutes", uow.on)
    ChartOpening.insert(
        id=opening_id, patient_id=patient_id, person_id=uow.actor.person_id, reason=said, opened_at=uow.at,
        open_until=uow.at + minutes * MINUTE_MS,
    ).execute()  # fmt: skip
    uow.audit("patients.open_closed_chart", opening_id, patient_id=patient_id, minutes=minutes)
    return {"opening_id": opening_id.hex(), "patient_id": patient_id.hex()}


def refuse_restricted(actor: Actor, patient_id: bytes) -> None:
    """Refused `patients.chart_closed` for a restricted record, on whatever screen, until the actor has said why."""
    if queries.is_restricted(patient_id) and queries.is_chart_closed(actor, patient_id, is_clinical=False):
        raise Refused("patients.chart_closed", next_url=f"/patients/{patient_id.hex()}/closed?then=card")


def review_opening(uow: UnitOfWork, opening_id: bytes, verdict: str, note: str) -> dict[str, Any]:
    """Say whether an opening was justified; never the person who opened. Raises Stale when it is reviewed already."""
    found = queries.opening(opening_id)
    if found is None:
        raise Missing("patients.opening_missing")
    return _review(
        uow, "UPDATE chart_opening SET reviewed_at = ?, reviewed_by = ?, verdict = ?, review_note = ?"
        " WHERE id = ? AND reviewed_at IS NULL", found, verdict, note,
    )  # fmt: skip


def review_alarm(uow: UnitOfWork, alarm_id: bytes, verdict: str, note: str) -> dict[str, Any]:
    """Say whether reading so many charts was justified; never the reader. Raises Stale when it is reviewed already."""
    found = queries.alarm(alarm_id)
    if found is None:
        raise Missing("patients.alarm_missing")
    return _review(
        uow, "UPDATE reading_alarm SET reviewed_at = ?, reviewed_by = ?, verdict = ?, review_note = ?"
        " WHERE id = ? AND reviewed_at IS NULL", found, verdict, note,
    )  # fmt: skip


def show_in_full(uow: UnitOfWork, patient_id: bytes, purpose: str) -> dict[str, Any]:
    """Let the actor see numbers and phones whole (PR-03): the purpose is kept. Refused `patients.purpose_missing`."""
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    if purpose not in {one.code for one in queries.codes("purpose", uow.on)}:
        raise Refused("patients.purpose_missing", field="purpose", value=excerpt(purpose))
    uow.audit("patients.show_in_full", patient_id, patient_id=patient_id, purpose=purpose)
    return {"patient_id": patient_id.hex()}


def watch_reading(uow: UnitOfWork) -> None:
    """Raise an alarm when the actor has read more different charts this hour or today than the parameters allow."""
    hour_began, day_began = uow.at - uow.at % HOUR_MS, from_local(datetime.combine(uow.on, time()))
    this_hour, today = next(
        iter(uow.execute(_READ, (hour_began // BUCKET_MS, uow.actor.person_id, day_began // BUCKET_MS)))
    )
    spans = rules.alarm_spans(
        this_hour, today, most_an_hour=parameters.value("patients.charts_an_hour", uow.on),
        most_a_day=parameters.value("patients.charts_a_day", uow.on),
    )  # fmt: skip
    for span, most in spans:
        began = hour_began if span == "hour" else day_began
        alarm_id = new_id()
        uow.execute(
            "INSERT INTO reading_alarm(id, person_id, span, began_at, most, raised_at) VALUES(?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(person_id, span, began_at) DO NOTHING",
            (alarm_id, uow.actor.person_id, span, began, most, uow.at),
        )
        if uow.conn.changes():
            uow.audit("patients.raise_reading_alarm", alarm_id, span=span, most=most)


def _review(
    uow: UnitOfWork, update: str, found: queries.Opening | queries.Alarm, verdict: str, note: str
) -> dict[str, Any]:
    said = rules.check_verdict(verdict, note)
    if found.person_id == uow.actor.person_id:
        raise Refused("patients.review_own")
    uow.change_one(
        update, (uow.at, uow.actor.person_id, verdict, said, found.id), Stale("patients.review_done")
    )
    uow.audit("patients.review", found.id, verdict=verdict)
    return {"id": found.id.hex()}
