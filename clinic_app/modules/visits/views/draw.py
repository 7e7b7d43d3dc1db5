"""What the templates of the registration screen are given."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from flask import Response

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.forms import Arrival
from clinic_app.modules.visits.views.words import allergy_states, kinds, payers, states
from clinic_app.web import pages
from clinic_app.web.access import actor, open_chart


@dataclass
class Shown:
    """One drawing of the form: errors and notices in words, the records it resembles, the command key to send again."""

    arrival: Arrival
    errors: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    duplicates: list[patients.Duplicate] = field(default_factory=list)
    once: str | None = None


def sentences(refusals: dict[str, Refused]) -> dict[str, str]:
    """Field to sentence, in the language of the request."""
    return {name: i18n.refusal(err) for name, err in refusals.items()}


def form_values(shown: Shown) -> dict[str, Any]:
    """Everything `_form.html` needs."""
    today = clock.today()
    arrival = shown.arrival
    found = patients.patient(arrival.patient_id) if arrival.patient_id else None
    waiting, doctors = queries.waiting_by_room(today), queries.doctors_by_room(today)
    rooms, held = desks.rooms(), queries.sessions_now()
    if not arrival.room:
        arrival = replace(arrival, room=_usual_place(found, rooms, waiting, held, doctors))
    return {
        "form": arrival, "errors": shown.errors, "notices": shown.notices, "duplicates": shown.duplicates,
        "once": shown.once, "found": found,
        "linked_allergies": patients.allergies_linked(found.id) if found else [],
        "banner": patients.banner(found.id, today) if found else None,
        "open_visits": queries.open_visits(found.id, today) if found else [],
        "rooms": _place_choices(rooms, waiting, doctors, held), "exposures": _exposures(),
        "payers": payers(), "kinds": kinds(),
        "sexes": [("1", pgettext("sex", "男")), ("2", pgettext("sex", "女")), ("0", pgettext("sex", "不详"))],
        "allergy_states": allergy_states(), "allergy_name": patients.allergy_name, "age_text": patients.age_text,
        "mask_identity": patients.mask_identity_number, "sex_text": patients.sex_text,
        "today": today, "now": clock.clock.read().at, "born_said": "" if found else born_said(arrival.born_on, today),
    }  # fmt: skip


def born_said(typed: str, on: date) -> str:
    """How a typed birth date or age is understood, to be read back to the patient; empty while it is not."""
    try:
        born_on, is_estimated = patient_services.read_birth(typed, on)
    except Refused:
        return ""
    if born_on is None:
        return ""
    text = born_on.isoformat()
    return f"{text} {patients.age_text(text, on, is_estimated=is_estimated)}"


def queue_values(*, waiting_only: bool = False, is_whole_day: bool = False) -> dict[str, Any]:
    """Everything the queue pane needs; names are masked outside the care team (PR-03)."""
    today = clock.today()
    noon = clock.from_local(datetime.combine(today, time(12)))
    most = queries.WHOLE_DAY if is_whole_day else queries.MOST_SHOWN
    rows = queries.today(today, waiting_only=waiting_only, limit=most)
    day = queries.day(today, noon)
    return {
        "rows": rows, "day": day, "more": (day.waiting if waiting_only else day.registered) - len(rows),
        "waiting_only": waiting_only, "is_whole_day": is_whole_day, "is_masked": not actor().roles & CARE_TEAM,
        "mask_name": patients.mask_name, "states": states(),
        "today_text": today.isoformat(), "is_afternoon": clock.clock.read().at >= noon,
    }  # fmt: skip


def main_values(shown: Shown) -> dict[str, Any]:
    """The whole page: search line, form, queue and the fee beside the button."""
    return {**form_values(shown), **queue_values(), "fee_fen": queries.fee_fen(clock.today())}


def form_again(shown: Shown, *, focus: str) -> Response:
    """The form with what is wrong or asked, in place of itself; nothing was saved."""
    if shown.arrival.patient_id and patients.patient(shown.arrival.patient_id):
        open_chart(shown.arrival.patient_id, "registration")
    if pages.wants_fragment():
        response = pages.answer("visits/_form.html", status=422, focus=focus, **form_values(shown))
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#reg-form", "outerHTML"
        return response
    return pages.page("visits/registration.html", status=422, **main_values(shown))


def _exposures() -> list[tuple[str, str]]:
    return [(one.code, one.shown) for one in queries.triage_questions()]


def _usual_place(
    found: patients.Patient | None, rooms: list[desks.Room], waiting: dict[bytes, int], held: list[queries.Held],
    doctors: dict[bytes, str],
) -> str:
    """Where the person was last, else the shortest line; never a room without a doctor while another has one."""
    today = clock.today()
    fever = queries.fever_room(today)
    open_rooms = [room for room in rooms if room.is_open and (fever is None or room.id != fever.id)]
    staffed = queries.rooms_with_a_doctor(today, doctors) | {one.session.room_id for one in held if one.left}
    open_rooms = [room for room in open_rooms if room.id in staffed] or open_rooms
    last = queries.visits_of_person(found.id, limit=1) if found else []
    ids = [room.id for room in sorted(open_rooms, key=lambda room: waiting.get(room.id, 0))]
    if last and last[0].room_id in ids:
        ids.insert(0, last[0].room_id)
    for room_id in ids:
        sessions = [one for one in held if one.session.room_id == room_id]
        free = [one for one in sessions if one.left]
        if free or not sessions:
            return (free[0].session.id if free else room_id).hex()
    return ""


def _place_choices(
    rooms: list[desks.Room], waiting: dict[bytes, int], doctors: dict[bytes, str], held: list[queries.Held]
) -> list[tuple[str, str, str, bool]]:
    """Sessions that are held now or later today, each with what is left of it; rooms alone where there is none."""
    choices = []
    for room in rooms:
        sessions = [one for one in held if one.session.room_id == room.id] if room.is_open else []
        count = waiting.get(room.id, 0)
        for one in sessions:
            facts = {"hours": one.session.hours_text, "left": one.left, "count": count}
            small = _("%(hours)s · 余 %(left)d · 候诊 %(count)d") if one.left else _("%(hours)s · 号满了，急诊才能挂")
            choices.append((one.session.id.hex(), f"{room.name} {one.session.doctor_name}", small % facts, False))
        if not sessions:
            heading = f"{room.name} {doctors[room.id]}" if room.id in doctors else room.name
            facts = {"speciality": room.speciality, "count": count}
            small = _("%(speciality)s · 候诊 %(count)d") % facts if room.is_open else _("停诊")
            choices.append((room.id.hex(), heading, small, not room.is_open))
    return choices
