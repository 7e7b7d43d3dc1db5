"""The plan of doctor sessions (出诊班次), the manager's page."""

from datetime import date

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import forms, queries, services
from clinic_app.modules.visits.rules import sessions as rules
from clinic_app.modules.visits.views import blueprint, words
from clinic_app.modules.visits.views.changing import in_dialog
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FIELDS = ("doctor", "room", "weekday", "session_on", "from_time", "to_time", "slots")
NEW = dict.fromkeys(FIELDS, "") | {"weekday": "1", "from_time": "08:00", "to_time": "12:00", "slots": "30"}


@blueprint.get("/sessions")
@access("visits.plan", in_menu=True)
def sessions() -> Response:
    """Every session that is or will be held, and the form of a new one."""
    return _page(NEW)


@blueprint.post("/sessions")
@access("visits.plan", writes=ONCE)
def add_session() -> Response:
    known_fields(*FIELDS)
    try:
        plan = _plan()
        command(lambda uow: services.add_session(uow, plan))
    except Refused as err:
        if err.field not in FIELDS:
            raise
        values = {name: request.form.get(name, "") for name in FIELDS}
        return _page(values, errors={err.field: i18n.refusal(err)}, once=request.form.get("once"), status=422)
    return pages.see(url_for("visits.sessions"), _("排上了，挂号和预约现在就能选"))


@blueprint.get("/sessions/<id:session_id>/end")
@access("visits.plan")
def end_dialog(session_id: bytes) -> Response:
    """Ask before a session is taken out of the plan, with the appointments that count on it."""
    found = queries.session(session_id)
    if found is None:
        raise Missing("visits.session_missing")
    booked = queries.booked_from(session_id, clock.today())
    return in_dialog("visits/_end_session.html", one=found, booked=booked, session_id=session_id, when=_when)


@blueprint.post("/sessions/<id:session_id>/end")
@access("visits.plan", writes=ONCE)
def end_session(session_id: bytes) -> Response:
    known_fields()
    booked = command(lambda uow: services.end_session(uow, session_id)).result["booked"]
    told = _("停了。还有 %(count)d 个预约要打电话改期") % {"count": booked} if booked else _("停了，以后不再放号")
    return pages.see(url_for("visits.sessions"), told)


def _plan() -> services.Plan:
    form = request.form
    if not form.get("doctor"):
        raise Refused("visits.session_no_doctor", field="doctor")
    if not form.get("room"):
        raise Refused("visits.room_missing", field="room")
    typed, on = form.get("session_on", "").strip(), None
    if typed:
        try:
            on = date.fromisoformat(typed)
        except ValueError as err:
            raise Refused("visits.day_wrong", field="session_on", value=excerpt(typed)) from err
    weekday = form.get("weekday", "")
    if on is None and weekday not in {str(one) for one in rules.WEEKDAYS}:
        raise Refused("visits.day_wrong", field="weekday", value=excerpt(weekday))
    return services.Plan(
        forms.id_of(form["doctor"]), forms.id_of(form["room"]), None if on else int(weekday), on,
        rules.hours(form.get("from_time", ""), form.get("to_time", ""), form.get("slots", "")),
    )  # fmt: skip


def _when(one: queries.Session) -> str:
    if one.session_on:
        return words.weekday(date.fromisoformat(one.session_on))
    return dict(words.weekdays())[str(one.weekday)]


def _page(
    values: dict[str, str], *, errors: dict[str, str] | None = None, once: str | None = None, status: int = 200
) -> Response:
    today = clock.today()
    return pages.answer(
        "visits/sessions.html", status=status, focus=f"#{next(iter(errors))}" if errors else "", values=values,
        errors=errors or {}, once=once, lines=queries.planned(today), when=_when, taken=queries.taken(today),
        is_today=lambda one: one.is_on(today), weekdays=words.weekdays(),
        doctors=[(one.id.hex(), one.name) for one in people.prescribers()],
        rooms=[(one.id.hex(), one.name) for one in desks.rooms() if one.is_open],
    )  # fmt: skip
