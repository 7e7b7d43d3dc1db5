"""What the templates of the registration screen are given."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from flask import Response

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import pgettext
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.forms import Arrival
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
    rooms = desks.rooms()
    if not arrival.room:
        arrival = replace(arrival, room=_usual_room(found, rooms, waiting, queries.rooms_with_a_doctor(today, doctors)))
    return {
        "form": arrival, "errors": shown.errors, "notices": shown.notices, "duplicates": shown.duplicates,
        "once": shown.once, "found": found,
        "linked_allergies": patients.allergies_linked(found.id) if found else [],
        "banner": patients.banner(found.id, today) if found else None,
        "open_visits": queries.open_visits(found.id, today) if found else [],
        "rooms": _room_choices(rooms, waiting, doctors), "payers": payers(), "kinds": kinds(),
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
        "mask_name": patients.mask_name, "states": states(), "is_afternoon": clock.clock.read().at >= noon,
    }  # fmt: skip


def main_values(shown: Shown) -> dict[str, Any]:
    """The whole page: search line, form, queue and the fee beside the button."""
    return {**form_values(shown), **queue_values(), "fee_fen": fee_fen()}


def form_again(shown: Shown, *, focus: str) -> Response:
    """The form with what is wrong or asked, in place of itself; nothing was saved."""
    if shown.arrival.patient_id and patients.patient(shown.arrival.patient_id):
        open_chart(shown.arrival.patient_id, "registration")
    if pages.wants_fragment():
        response = pages.answer("visits/_form.html", status=422, focus=focus, **form_values(shown))
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#reg-form", "outerHTML"
        return response
    return pages.page("visits/registration.html", status=422, **main_values(shown))


def fee_fen() -> int | None:
    """The registration fee of today, for the line beside the button; None while no price is set."""
    today = clock.today()
    service = dictionaries.service_by_code(parameters.value("dictionaries.registration_fee_item", today))
    price_e4 = dictionaries.price_on(service.id, today) if service else None
    return None if price_e4 is None else price_e4 // 100


def payers() -> list[tuple[str, str]]:
    return [
        ("self", _("自费")), ("resident", _("城乡居民医保")), ("employee", _("城镇职工医保")), ("aid", _("医疗救助")),
        ("commercial", _("商业保险")), ("free", _("免费项目")),
    ]  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    return [("general", _("普通")), ("emergency", _("急诊")), ("chronic", _("慢病")), ("return", _("复诊"))]


def allergy_states() -> list[tuple[str, str]]:
    return [("none", _("无已知过敏")), ("known", _("有")), ("unknown", _("还没问"))]


def states() -> dict[str, tuple[str, str]]:
    """State to its word and colour."""
    return {
        "registered": (_("候诊"), "act"), "called": (_("已叫号"), "act"), "in_consultation": (_("就诊中"), "info"),
        "finished": (_("已看完"), "ok"), "cancelled": (_("已退号"), ""),
    }  # fmt: skip


def _usual_room(
    found: patients.Patient | None, rooms: list[desks.Room], waiting: dict[bytes, int], staffed: set[bytes]
) -> str:
    """Where the person was last, else the shortest line; never a room without a doctor while another has one."""
    open_rooms = [room for room in rooms if room.is_open]
    open_rooms = [room for room in open_rooms if room.id in staffed] or open_rooms
    last = queries.visits_of_person(found.id, limit=1) if found else []
    if last and any(room.id == last[0].room_id for room in open_rooms):
        return last[0].room_id.hex()
    shortest = min(open_rooms, key=lambda room: waiting.get(room.id, 0), default=None)
    return shortest.id.hex() if shortest else ""


def _room_choices(
    rooms: list[desks.Room], waiting: dict[bytes, int], doctors: dict[bytes, str]
) -> list[tuple[str, str, str, bool]]:
    choices = []
    for room in rooms:
        heading = f"{room.name} {doctors[room.id]}" if room.id in doctors else room.name
        small = (
            _("%(speciality)s · 候诊 %(count)d") % {"speciality": room.speciality, "count": waiting.get(room.id, 0)}
            if room.is_open
            else _("停诊")
        )
        choices.append((room.id.hex(), heading, small, not room.is_open))
    return choices
