"""The triage desk (分诊台): the line of each room, calling, missed calls, results, temperature."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules import triage as rules
from clinic_app.modules.visits.rules.queueing import EMERGENCY
from clinic_app.modules.visits.views import blueprint, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

MOST_SHOWN = 120
ACTIONS = {
    "call": services.call_visit, "pass": services.pass_visit, "requeue": services.requeue_visit,
    "back": services.return_with_results, "again": services.call_again,
}  # fmt: skip


def said(action: str) -> str:
    return {
        "call": _("%(number)d 号叫了"), "pass": _("%(number)d 号过号，来了再排队"),
        "requeue": _("%(number)d 号又排上了"), "back": _("%(number)d 号回诊，排到原来的医生"),
        "again": _("%(number)d 号又叫了一次"),
    }[action]  # fmt: skip


@blueprint.get("/line", endpoint="line")
@access("visits.line", in_menu=True)
def line_page() -> Response:
    """Everybody who waits, by room, in the order in which they are called."""
    return pages.page("visits/line.html", **_values())


@blueprint.get("/line/rows")
@access("visits.line", is_poll=True)
def line_rows() -> Response:
    return pages.page("visits/_line.html", **_values())


@blueprint.get("/line/<id:visit_id>")
@access("visits.line")
def one_in_line(visit_id: bytes) -> Response:
    """What can be done with one number, as a dialog."""
    return _dialog(visit_id)


@blueprint.post("/line/<id:visit_id>/<any(call, pass, requeue, back, again):action>")
@access("visits.line", writes=ONCE)
def act_on(visit_id: bytes, action: str) -> Response:
    known_fields("level", "temperature", "exposures")
    outcome = command(lambda uow: ACTIONS[action](uow, visit_id))
    return done(said(action) % {"number": outcome.result["queue_no"]})


@blueprint.post("/line/<id:visit_id>/triage")
@access("visits.line", writes=ONCE)
def triage(visit_id: bytes) -> Response:
    """Level, temperature and exposures of one patient (预检分诊)."""
    known_fields("level", "temperature", "exposures")
    form = request.form
    try:
        answers = rules.Answers(
            rules.require_level(form.get("level", "")), rules.temperature(form.get("temperature", "")),
            tuple(form.getlist("exposures")),
        )  # fmt: skip
        outcome = command(lambda uow: services.triage_visit(uow, visit_id, answers))
    except Refused as err:
        if err.field not in ("level", "temperature"):
            raise
        return _dialog(visit_id, errors={err.field: i18n.refusal(err)}, once=form.get("once"), status=422)
    number, room = outcome.result["queue_no"], outcome.result["room"]
    told = _("%(number)d 号分诊好了，转到%(room)s") if room else _("%(number)d 号分诊好了")
    return done(told % {"number": number, "room": room}, to_next=True)


def done(toast: str, *, to_next: bool = False) -> Response:
    """The line as it is now, after a command; `to_next`: on the next one who waits and was not triaged yet."""
    if not pages.wants_fragment():
        return pages.see(url_for("visits.line"), toast)
    values, at = _values(), 0
    if to_next:
        waiting = ((place, row) for place, row in enumerate(values["rows"], 1) if row.is_next_in_line)
        at = next((place for place, row in waiting if row.visit_id not in values["triages"]), 0)
    focus = f"#l{at}" if at else "#line h2"
    return pages.answer("visits/_line.html", events=("dialogClose",), toast=toast, focus=focus, **values)


def _dialog(visit_id: bytes, *, status: int = 200, **values: Any) -> Response:
    row = queries.row(visit_id)
    if row is None or row.on != clock.today().isoformat():
        raise Missing("visits.missing")
    found = queries.triage_of([visit_id]).get(visit_id)
    form = request.form
    typed = {
        "level": form.get("level") or str(found.level if found else 4),
        "temperature": form.get("temperature", rules.degrees(found.temperature_tenths) if found else ""),
        "exposed": form.getlist("exposures") or (found.exposures.split() if found else []),
    }
    given = {"errors": {}, "once": None, **typed, **values}
    response = pages.answer(
        "visits/_one_in_line.html", status=status, row=row, name=_name(row.name), levels=words.levels(),
        questions=queries.triage_questions(), states=words.states(), is_waiting=row.state in ("registered", "called"),
        **given,
    )  # fmt: skip
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _values() -> dict[str, Any]:
    on = clock.today()
    rows = [row for row in queries.queue(None, on) if row.state != "finished" or row.returned_at or row.away_at]
    rows.sort(key=lambda row: (row.room_name, _group(row), row.stands))
    return {
        "rows": rows[:MOST_SHOWN], "waiting": sum(row.is_next_in_line for row in rows), "name": _name,
        "triages": queries.triage_of(row.visit_id for row in rows[:MOST_SHOWN]), "states": words.states(),
        "degrees": rules.degrees, "emergency": EMERGENCY, "today_text": on.isoformat(),
        "who": lambda row: f"{patients.sex_text(row.sex)} "
        + patients.age_text(row.born_on, on, is_estimated=row.is_birth_estimated),
        "fever": queries.fever_room(on), "fever_tenths": parameters.value("visits.fever_tenths", on),
    }  # fmt: skip


def _group(row: queries.QueueRow) -> int:
    """Back with results, the line, who missed a call, then who is with the doctor or away."""
    if row.returned_at is not None:
        return 0
    if row.passed_at is not None:
        return 2
    return 1 if row.is_next_in_line else 3


def _name(name: str) -> str:
    return name if actor().roles & CARE_TEAM else patients.mask_name(name)
