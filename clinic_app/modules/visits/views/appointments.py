"""Appointments (预约): a slot for somebody on the phone or at the window, who came, who did not."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import forms, queries, services
from clinic_app.modules.visits.views import blueprint, words
from clinic_app.modules.visits.views.changing import in_dialog
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FIELDS = ("patient", "who", "phone", "place", "by_phone")
NO_SHOW_DAYS = 30


@blueprint.get("/appointments")
@access("visits.register", in_menu=True)
def appointments() -> Response:
    """Booking, and the appointments of one day."""
    return _page(dict.fromkeys(FIELDS, "") | {"by_phone": "1"})


@blueprint.get("/appointments/list")
@access("visits.register", is_poll=True)
def appointment_list() -> Response:
    """The appointments of the day that was chosen."""
    return pages.page("visits/_appointments.html", **_of_day(_day()))


@blueprint.get("/appointments/who")
@access("visits.register")
def appointment_who() -> Response:
    """Known people for the name; the typed name itself is the last choice."""
    typed = request.args.get("who", "")
    return pages.page(
        "visits/_booking_who.html", hits=patients.search(typed), typed=forms.name_in(typed), today=clock.today(),
        age_text=patients.age_text, sex_text=patients.sex_text,
    )  # fmt: skip


@blueprint.post("/appointments")
@access("visits.register", writes=ONCE)
def book() -> Response:
    """Keep the first free slot of the chosen session and day."""
    known_fields(*FIELDS, "day")
    form = request.form
    try:
        wanted = _booking()
        outcome = command(lambda uow: services.book(uow, wanted))
    except Refused as err:
        if err.field not in ("who", "phone", "session", "day"):
            raise
        values = {name: form.get(name, "") for name in FIELDS}
        field = {"session": "place", "day": "place"}.get(err.field, err.field)
        return _page(values, errors={field: i18n.refusal(err)}, once=form.get("once"), status=422)
    told = outcome.result
    toast = _("约好了：%(name)s，%(day)s %(time)s，第 %(slot)d 个")
    facts = {"name": told["name"], "day": words.weekday(wanted.on), "time": told["time"], "slot": told["slot_no"]}
    return pages.see(url_for("visits.appointments", day=wanted.on.isoformat()), toast % facts)


@blueprint.get("/appointments/<id:appointment_id>")
@access("visits.register")
def one_appointment(appointment_id: bytes) -> Response:
    """Came, or gives the slot back: a dialog."""
    return _dialog(appointment_id)


@blueprint.post("/appointments/<id:appointment_id>/cancel")
@access("visits.register", writes=ONCE)
def cancel_appointment(appointment_id: bytes) -> Response:
    """Give a slot back with a reason."""
    known_fields("reason", "other_reason")
    form = request.form
    why = form.get("other_reason", "") if form.get("reason") == "other" else form.get("reason", "")
    found = queries.appointment(appointment_id)
    try:
        outcome = command(lambda uow: services.cancel_appointment(uow, appointment_id, why))
    except Refused as err:
        if err.field != "reason":
            raise
        return _dialog(
            appointment_id, error=i18n.refusal(err), reason=form.get("reason", ""), once=form.get("once"), status=422
        )
    toast = _("%(name)s的预约取消了") % {"name": outcome.result["name"]}
    day = found.on if found else clock.today().isoformat()
    if not pages.wants_fragment():
        return pages.see(url_for("visits.appointments", day=day), toast)
    return pages.answer(
        "visits/_appointments.html", events=("dialogClose",), toast=toast, focus="#who",
        **_of_day(date.fromisoformat(day)),
    )  # fmt: skip


def _booking() -> services.Booking:
    form = request.form
    day, _bar, session = form.get("place", "").partition("|")
    try:
        on = date.fromisoformat(day)
    except ValueError as err:
        raise Refused("visits.booking_place_missing", field="session") from err
    patient = forms.Arrival(patient=form.get("patient", "")).patient_id
    return services.Booking(
        session_id=forms.id_of(session), on=on, patient_id=patient, name=form.get("who", ""),
        phone=form.get("phone", ""), by_phone=form.get("by_phone") == "1",
    )  # fmt: skip


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return clock.today()


def _page(
    values: dict[str, str], *, errors: dict[str, str] | None = None, once: str | None = None, status: int = 200
) -> Response:
    day, places = _day(), _places()
    if not values["place"] and places:
        free = [value for value, _text, left in places if left] or [places[0][0]]
        values["place"] = next((value for value in free if value.startswith(day.isoformat())), free[0])
    return pages.answer(
        "visits/appointments.html", status=status, values=values, errors=errors or {}, once=once,
        places=[one[:2] for one in places],
        focus=f"#{next(iter(errors))}" if errors else "", **_of_day(day),
    )  # fmt: skip


def _places() -> list[tuple[str, str, int]]:
    """What can be chosen: value, text, and how many may still be booked; a session that is over is none."""
    today = clock.today()
    places = []
    for on, held in queries.bookable(today, parameters.value("visits.booking_days_ahead", today)):
        for session, left in held:
            facts = {
                "day": words.weekday(on), "hours": session.hours_text, "doctor": session.doctor_name,
                "room": session.room_name, "left": left,
            }  # fmt: skip
            text = _("%(day)s %(hours)s %(doctor)s %(room)s 余 %(left)d") if left else _(
                "%(day)s %(hours)s %(doctor)s %(room)s 约满了"
            )
            places.append((f"{on.isoformat()}|{session.id.hex()}", text % facts, left))
    return places


def _of_day(day: date) -> dict[str, Any]:
    today = clock.today()
    sessions = {one.id: one for one in queries.sessions_on(day)}
    found = queries.appointments_on(day)
    for one in found:
        if one.session_id not in sessions and (session := queries.session(one.session_id)):
            sessions[one.session_id] = session
    rows = [(one, sessions[one.session_id]) for one in found if one.session_id in sessions]
    rows.sort(key=lambda row: (row[0].state == "cancelled", row[1].slot_text(row[0].slot_no), row[1].room_name))
    return {
        "rows": rows, "day": day.isoformat(), "day_text": words.weekday(day), "is_past": day < today,
        "is_today": day == today, "yesterday": (day - timedelta(days=1)).isoformat(),
        "tomorrow": (day + timedelta(days=1)).isoformat(), "missed": _missed(today),
    }  # fmt: skip


def _missed(today: date) -> int:
    return len(queries.no_shows(today - timedelta(days=NO_SHOW_DAYS), today))


@blueprint.get("/appointments/missed")
@access("visits.register")
def missed_appointments() -> Response:
    """Who had an appointment in the last 30 days and never came (爽约)."""
    today = clock.today()
    rows = queries.no_shows(today - timedelta(days=NO_SHOW_DAYS), today)
    return pages.page("visits/missed.html", rows=rows, days=NO_SHOW_DAYS)


def _dialog(appointment_id: bytes, *, status: int = 200, **values: Any) -> Response:
    found = queries.appointment(appointment_id)
    session = queries.session(found.session_id) if found else None
    if found is None or session is None:
        raise Missing("visits.appointment_missing")
    given = {"error": "", "reason": "", "other": "", "once": None, **values}
    return in_dialog(
        "visits/_one_appointment.html", status, one=found, session=session,
        is_today=found.on == clock.today().isoformat(), **given,
    )  # fmt: skip
