"""Receiving somebody who has no number (无号接诊, VS-05): a known person first, a new record only when nobody is."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import forms, services
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.queue import WAITING, room_of_desk
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "without number"
_OWN_FIELDS = ("name", "sex", "age")


@dataclass
class Shown:
    """One drawing of the dialog: what is wrong beside its field, who it may be, and what this person has today."""

    errors: dict[str, str] = field(default_factory=dict)
    alike: list[patients.Duplicate] = field(default_factory=list)
    here: list[visits.QueueRow] = field(default_factory=list)


class _Unsure(Exception):
    """The doctor must look at something first; nothing is saved."""

    def __init__(self, shown: Shown):
        super().__init__()
        self.shown = shown


@blueprint.get("/without-number")
@access("consultation.write")
def without_number_form() -> Response:
    """The dialog: the search line, or with `?patient=` the person who was found."""
    found = _known(request.args.get("patient", ""))
    return _dialog(Shown(here=visits.open_visits(found.id, clock.today()) if found else []), found)


@blueprint.get("/without-number/search")
@access("consultation.write")
def without_number_search() -> Response:
    """Known people for the search line; the typed text itself can become the name of a new one."""
    typed = request.args.get("q", "").strip()
    return pages.page(
        "consultation/_without_number_found.html", hits=patients.search(typed), typed=typed[:50], today=clock.today(),
        age_text=patients.age_text, sex_text=patients.sex_text, room=request.args.get("room", ""),
    )  # fmt: skip


@blueprint.post("/without-number")
@access("consultation.write", writes=ONCE)
def without_number() -> Response:
    """Receive the person who was found, or make the record of a new one; what is doubtful comes back first."""
    known_fields("q", "patient", "room", "not_these", "noticed", *_OWN_FIELDS)
    form = request.form
    found = _known(form.get("patient", ""))
    try:
        outcome = command(lambda uow: _receive(uow, found))
    except _Unsure as err:
        return _dialog(err.shown, found, 422)
    except Invalid as err:
        return _dialog(Shown({name: i18n.refusal(one) for name, one in err.refusals.items()}), found, 422)
    except Refused as err:
        if err.field not in _OWN_FIELDS:
            raise
        return _dialog(Shown({err.field: i18n.refusal(err)}), found, 422)
    seen = pages.see(
        url_for("consultation.visit", visit_id=bytes.fromhex(outcome.result["visit_id"])),
        _("已接诊，%(queue_no)s 号") % {"queue_no": outcome.result["queue_no"]},
    )
    if pages.wants_fragment():  # the dialog waits for a piece of itself; the new page is loaded as a whole
        seen.status_code = 200
        seen.headers["HX-Redirect"] = seen.headers.pop("Location")
    return seen


def _receive(uow: UnitOfWork, found: patients.Patient | None) -> dict[str, Any]:
    """Inside the command, so that a repeated post finds its result before it could resemble what it made itself."""
    form, room_id = request.form, forms.id_of(request.form.get("room", ""))
    if found is not None:
        here = visits.open_visits(found.id, uow.on)
        if here and form.get("noticed") != "1":
            raise _Unsure(Shown(here=here))
        return services.receive(uow, room_id=room_id, who=found.id)
    data = _new_person(uow.on)
    ruled_out = form.get("not_these", "").split(",")
    alike = patients.possible_duplicates(
        name=data.name, born_on=data.born_on.isoformat() if data.born_on else None, is_birth_estimated=True
    )
    if any(one.hit.id.hex() not in ruled_out for one in alike):
        raise _Unsure(Shown(alike=alike))
    return services.receive(uow, room_id=room_id, who=data)


def _new_person(on: date) -> PatientData:
    form = request.form
    if not form.get("name", "").strip():
        raise Refused("consultation.name_missing", field="name")
    if form.get("sex") not in ("1", "2"):
        raise Refused("consultation.sex_missing", field="sex")
    born_on = _born(*forms.age_of(form.get("age", "")), on)
    return PatientData(name=form["name"], sex=form["sex"], born_on=born_on, is_birth_estimated=True)


def _known(text: str) -> patients.Patient | None:
    """The record that goes on for the one that was chosen; who opens it stands in the access log."""
    if not text:
        return None
    found = patients.patient(patients.survivor(forms.id_of(text)))
    if found is None:
        raise Missing("patients.missing")
    open_chart(found.id, SCREEN)
    return found


def _dialog(shown: Shown, found: patients.Patient | None, status: int = 200) -> Response:
    rooms = [room for room in desks.rooms() if room.is_open]
    mine, today = room_of_desk(), clock.today()
    if shown.alike or shown.here:
        focus = "#wn-look"
    else:
        focus = f"#wn-{next(iter(shown.errors))}" if shown.errors else "#wn-known" if found else "#wn-q"
    return pages.answer(
        "consultation/_without_number.html", status=status, focus=focus, errors=shown.errors, alike=shown.alike,
        here=shown.here, found=found, banner=patients.banner(found.id, today) if found else None, rooms=rooms,
        room_id=mine or (rooms[0].id if rooms else None), typed=request.values, today=today, waiting=WAITING,
        opener=actor().person_id.hex()[:8], age_text=patients.age_text, sex_text=patients.sex_text,
    )  # fmt: skip


def _born(count: int, unit: str, on: date) -> date:
    """The birth date that an age said today stands for, marked as estimated: the middle of what it can mean."""
    if unit == "days":
        return on - timedelta(days=count)
    months = count * 12 + 6 if unit == "years" else count
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    born = date(year, month + 1, 1 if unit == "years" else min(on.day, 28))
    return min(born, on)
