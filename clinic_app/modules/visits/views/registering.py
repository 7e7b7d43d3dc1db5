"""Registering (挂号, F9): what is wrong or doubtful comes back in the form, nothing typed is lost."""

from datetime import date
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import i18n, parameters
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.visits import forms, queries, services
from clinic_app.modules.visits.rules.triage import Answers, goes_to_fever_room
from clinic_app.modules.visits.views import blueprint, draw
from clinic_app.modules.visits.views.desk import resembling
from clinic_app.modules.visits.views.draw import Shown
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

FEVER = "fever"
FIELD_IDS = {"allergies": "allergy_state", "identifier": "identity_number", "rev": "matches"}


class Resembles(Exception):
    """The new person looks like records that the desk has not ruled out yet."""

    def __init__(self, found: list[patients.Duplicate]):
        super().__init__(len(found))
        self.found = found


class _Doubtful(Exception):
    def __init__(self, sentences: list[str]):
        super().__init__(len(sentences))
        self.sentences = sentences


@blueprint.post("/")
@access("visits.register", writes=ONCE)
def register() -> Response:
    """Register and print the slip (F9); what is wrong or doubtful comes back in the form, nothing typed is lost."""
    known_fields(*forms.FIELDS, "q", "allergen", "queue_shows")
    arrival = forms.posted(request.form)
    try:
        forms.refuse_unpicked(request.form)
        forms.refuse_untouched(arrival)
        outcome = command(lambda uow: _register(uow, arrival))
    except Resembles as err:
        return _ask(arrival, duplicates=err.found)
    except _Doubtful as err:
        return _ask(arrival, notices=err.sentences)
    except Invalid as err:
        return _refuse(arrival, err.refusals)
    except Stale as err:
        return _stale(arrival, err)
    except Refused as err:
        if err.field is None:
            raise
        return _refuse(arrival, {err.field: err})
    return _registered(outcome.result, arrival)


def _register(uow: UnitOfWork, arrival: forms.Arrival) -> dict[str, Any]:
    """Inside the command, so that a repeated post finds its result before it could resemble what it made itself."""
    if not arrival.patient:
        data = forms.new_person(arrival, uow.on)
        notices = patient_services.notices_of(data, uow.on)
        if notices and not arrival.noticed:
            raise _Doubtful([pgettext("notice", one.code) % one.facts for one in notices])
        left = [one for one in resembling(arrival) if one.hit.id not in arrival.refused_likeness]
        if left:
            raise Resembles(left)
        who, corrections = data, None
    else:
        before = patients.patient(arrival.patient_id) if arrival.patient_id else None
        if before is None:
            raise Missing("patients.missing")
        if not arrival.noticed and (here := queries.open_visits(before.id, uow.on)):
            raise _Doubtful([_here_already(one) for one in here])
        changed = forms.changed_person(arrival, before, uow.on)
        history = forms.changed_allergies(arrival, before)
        who = before.id
        rev = int(arrival.rev) if arrival.rev.isdecimal() and len(arrival.rev) < 10 else 0
        corrections = services.Corrections(rev, changed, history) if changed or history else None
    told = forms.triage_of(arrival)
    _ask_for_the_fever_room(arrival, told, uow.on)
    assert arrival.room_id is not None  # new_person and changed_person refuse a form without a room
    return services.register_arrival(
        uow, patient=who, room_id=arrival.room_id, kind=arrival.kind, payer=arrival.payer, corrections=corrections,
        found=told, appointment_id=arrival.appointment_id,
    )  # fmt: skip


def _ask_for_the_fever_room(arrival: forms.Arrival, told: Answers | None, on: date) -> None:
    """Fever goes to its own room: it is chosen, and the desk presses F9 once more or chooses another."""
    room = queries.fever_room(on) if told is not None and arrival.kind != "emergency" else None
    if room is None or told is None or arrival.noticed == FEVER or arrival.room_id == room.id:
        return
    if not goes_to_fever_room(told, parameters.value("visits.fever_tenths", on)):
        return
    arrival.room, arrival.noticed = room.id.hex(), FEVER
    raise _Doubtful([_("发热或有接触史，改到%(room)s。") % {"room": room.name}])


def _here_already(one: queries.QueueRow) -> str:
    facts = {"name": one.name, "number": one.queue_no, "room": one.room_name}
    if one.state == "in_consultation":
        return _("%(name)s今天已挂 %(number)d 号，正在%(room)s看病。") % facts
    return _("%(name)s今天已挂 %(number)d 号，在%(room)s候诊。") % facts


def _registered(result: dict[str, Any], arrival: forms.Arrival) -> Response:
    visit_id, shows = bytes.fromhex(result["visit_id"]), request.form.get("queue_shows", "")
    beside = draw.queue_values(waiting_only="waiting" in shows, is_whole_day="all" in shows)
    row = next((one for one in beside["rows"] if one.visit_id == visit_id), None) or queries.row(visit_id)
    room = row.room_name if row else ""
    said = _("挂号成功，%(number)d 号，%(room)s")
    if not result["with_fee"]:
        said = _("挂号成功，%(number)d 号，%(room)s，不另收诊疗费")
    toast = said % {"number": result["queue_no"], "room": room}
    if not pages.wants_fragment():
        return pages.see(url_for("visits.registration"), toast)
    job_id = bytes.fromhex(result["print_job"])
    values = draw.form_values(Shown(forms.Arrival(payer=arrival.payer)))
    return pages.answer(
        "visits/_registered.html", focus="#q", toast=toast, last=row,
        print_status=url_for("desks.print_status", job_id=job_id), **values, **beside,
    )  # fmt: skip


def _refuse(arrival: forms.Arrival, refusals: dict[str, Refused]) -> Response:
    errors = draw.sentences(refusals)
    shown = Shown(arrival, errors=errors, once=request.form.get("once"))
    focus = "#errsum" if len(errors) > 1 else f"#{FIELD_IDS.get(next(iter(errors)), next(iter(errors)))}"
    return draw.form_again(shown, focus=focus)


def _ask(
    arrival: forms.Arrival, *, duplicates: list[patients.Duplicate] | None = None, notices: list[str] | None = None
) -> Response:
    if notices:
        arrival.noticed = arrival.noticed or "1"
    shown = Shown(arrival, duplicates=duplicates or [], notices=notices or [], once=request.form.get("once"))
    return draw.form_again(shown, focus="#matches")


def _stale(arrival: forms.Arrival, err: Stale) -> Response:
    """The record as it is now, with what the desk had typed kept beside it."""
    fresh = forms.of_patient(arrival.patient_id) if arrival.patient_id else None
    if fresh is None:
        raise err
    arrival.patient, arrival.rev = fresh.patient, fresh.rev
    arrival.name, arrival.sex, arrival.born_on = fresh.name, fresh.sex, fresh.born_on
    forms.join_allergies(fresh, arrival)
    is_told_more = (fresh.allergy_state, fresh.allergies) != (arrival.allergy_state, arrival.allergies)
    arrival.allergy_state, arrival.allergies = fresh.allergy_state, fresh.allergies
    kept = [
        _("现在存的是：%(phone)s %(address)s") % {"phone": fresh.phone or _("没有电话"), "address": fresh.address}
    ]
    if is_told_more:
        kept.append(_("过敏史也有人刚改过，已合到下面，看好再按 F9。"))
    shown = Shown(arrival, errors={"rev": i18n.refusal(err)}, notices=kept, once=request.form.get("once"))
    response = draw.form_again(shown, focus="#matches")
    response.status_code = 409
    return response
