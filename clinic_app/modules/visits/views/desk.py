"""Finding the person at the desk: search, card, scan, records that resemble, allergies."""

from flask import Response, request

from clinic_app.kernel import clock, i18n, ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.visits import forms, queries
from clinic_app.modules.visits.views import blueprint, draw, words
from clinic_app.modules.visits.views.draw import Shown
from clinic_app.web import pages
from clinic_app.web.access import access, actor, open_chart

SCREEN = "registration"


@blueprint.get("/")
@access("visits.register", in_menu=True)
def registration() -> Response:
    """The desk's screen; `?patient=` opens it with a record."""
    return pages.page("visits/registration.html", **draw.main_values(Shown(_wanted())))


@blueprint.get("/form")
@access("visits.register")
def form() -> Response:
    """The form for a found record, or an empty one; `q` is what was searched when a new record is begun (Alt+N)."""
    arrival = _wanted()
    if "q" in request.args and not arrival.patient:
        arrival.name = forms.name_in(request.args["q"])
        focus = "#sex" if arrival.name else "#name"
        return pages.answer("visits/_form_beside.html", focus=focus, **draw.form_values(Shown(arrival)))
    return pages.answer("visits/_form.html", focus=_first_open(arrival), **draw.form_values(Shown(arrival)))


@blueprint.post("/form")
@access("visits.register")
def choose() -> Response:
    """The form for the record that the desk chose among the resembling ones; what was typed fills its gaps."""
    typed = forms.posted(request.form)
    wanted = forms.Arrival(patient=request.form.get("chosen", "")).patient_id
    arrival = forms.of_patient(wanted) if wanted else None
    if arrival is None or arrival.patient_id is None:
        raise Missing("patients.missing")
    open_chart(arrival.patient_id, SCREEN)
    forms.fill_gaps(arrival, typed)
    return pages.answer("visits/_form.html", focus=_first_open(arrival), **draw.form_values(Shown(arrival)))


@blueprint.get("/scan")
@access("visits.register")
def scan() -> Response:
    """The form for the one person whose card or slip was scanned."""
    scanned = request.args.get("q", "")
    holders = patients.scanned(scanned)
    slip = queries.visit_of_slip(scanned)
    if slip is not None:
        holders = [*holders, patients.survivor(slip.patient_id)]
    if len(holders) != 1:
        raise Refused("visits.scan_several" if holders else "visits.scan_unknown")
    arrival = forms.of_patient(holders[0]) or forms.Arrival()
    open_chart(holders[0], SCREEN)
    arrival.payer = queries.last_payer(holders[0]) or arrival.payer
    return pages.answer("visits/_form.html", focus=_first_open(arrival), **draw.form_values(Shown(arrival)))


@blueprint.get("/search")
@access("visits.register")
def search() -> Response:
    """Suggestions under the search line, at most 8."""
    typed = request.args.get("q", "")
    return pages.page(
        "visits/_search.html", hits=patients.search(typed), today=clock.today(), age_text=patients.age_text,
        sex_text=patients.sex_text,
    )  # fmt: skip


@blueprint.get("/card")
@access("visits.register")
def card() -> Response:
    """Read the card on this desk's reader (F4) and draw the form of its holder."""
    desk_id = actor().desk_id
    if ports.bound.cards is None or desk_id is None:
        raise Refused("visits.no_reader")
    found = ports.bound.cards.read(desk_id)
    if found is None:
        raise Refused("visits.no_card")
    kind = "health_card" if found.kind == "health_card" else "01"
    holder = patients.holder_of(kind, found.number.strip().upper())
    if holder is not None:
        arrival = forms.of_patient(patients.survivor(holder.patient_id)) or forms.Arrival()
        open_chart(arrival.patient_id or holder.patient_id, SCREEN, asks=False)
        arrival.source = "card"
        return pages.answer("visits/_form.html", focus=_first_open(arrival), **draw.form_values(Shown(arrival)))
    arrival = forms.of_card(found)
    shown = Shown(arrival, duplicates=resembling(arrival))
    focus = "#matches" if shown.duplicates else "#phone"
    return pages.answer("visits/_form.html", focus=focus, **draw.form_values(shown))


@blueprint.post("/duplicates")
@access("visits.register")
def duplicates() -> Response:
    """Look for records like the one being typed; writes nothing. `rule_out` answers "none of these"."""
    arrival = forms.posted(request.form)
    found = [] if arrival.patient else resembling(arrival)
    if request.form.get("rule_out") == "1":
        arrival.not_these = _with(arrival, found)
        found = []
    return pages.answer(
        "visits/_matches.html", focus="#phone" if request.form.get("rule_out") else "", form=arrival, duplicates=found,
        notices=[], age_text=patients.age_text, sex_text=patients.sex_text, today=clock.today(), is_beside=True,
        born_said=draw.born_said(arrival.born_on, clock.today()),
    )  # fmt: skip


@blueprint.get("/allergens")
@access("visits.register")
def allergens() -> Response:
    """Allergy groups and drugs for the allergy cell; the typed text itself is always the last choice."""
    typed = request.args.get("allergen", "").strip()
    found = dictionaries.allergens_matching(typed, 7)
    return pages.page("visits/_allergens.html", found=found, typed=typed[:60], is_english=i18n.current() == "en")


@blueprint.post("/allergies")
@access("visits.register")
def allergies() -> Response:
    """The allergy row with one entry more (`add_kind`, `add_code`, `add_text`) or less (`drop`); writes nothing."""
    arrival = forms.posted(request.form)
    kind, code = request.form.get("add_kind", ""), request.form.get("add_code", "")
    text = request.form.get("add_text", "")
    drop = request.form.get("drop", "")
    if kind and (kind, code or text) not in {(one.kind, one.code or one.text) for one in arrival.allergies}:
        arrival.allergies.append(AllergyEntry(kind, code, text))
        arrival.allergy_state = "known"
    if drop.isdecimal() and int(drop) < len(arrival.allergies):
        del arrival.allergies[int(drop)]
    return pages.answer(
        "visits/_allergies.html", focus="#allergen", form=arrival, errors={}, allergy_states=words.allergy_states(),
        allergy_name=patients.allergy_name, linked_allergies=_linked(arrival),
    )  # fmt: skip


def _linked(arrival: forms.Arrival) -> list[patients.LinkedAllergy]:
    found = patients.allergies_linked(arrival.patient_id) if arrival.patient_id else []
    if found and arrival.patient_id:
        open_chart(arrival.patient_id, SCREEN)
    return found


def _wanted() -> forms.Arrival:
    booked = _booked()
    if booked is not None and booked.patient_id is None:
        return forms.Arrival(
            name=booked.name, phone=booked.phone, room=booked.session_id.hex(), appointment=booked.id.hex()
        )
    text = booked.patient_id.hex() if booked and booked.patient_id else request.args.get("patient", "")
    if not text:
        return forms.Arrival()
    wanted = forms.Arrival(patient=text).patient_id
    arrival = forms.of_patient(wanted) if wanted else None
    if arrival is None or arrival.patient_id is None:
        raise Missing("patients.missing")
    open_chart(arrival.patient_id, SCREEN, asks=booked is None)
    arrival.payer = queries.last_payer(arrival.patient_id) or arrival.payer
    if booked is not None:
        arrival.room, arrival.appointment = booked.session_id.hex(), booked.id.hex()
    return arrival


def _booked() -> queries.Appointment | None:
    """The appointment that somebody came for (`?appointment=`)."""
    text = request.args.get("appointment", "")
    if not text:
        return None
    found = queries.appointment(forms.id_of(text))
    if found is None:
        raise Missing("visits.appointment_missing")
    if found.state != "booked":
        raise Refused("visits.appointment_settled", name=found.name)
    return found


def _first_open(arrival: forms.Arrival) -> str:
    """Where the typing goes on: the first thing that is still to be asked."""
    if not arrival.patient:
        return "#name"
    if not arrival.phone:
        return "#phone"
    return "#allergy_state" if arrival.allergy_state == "unknown" else "#payer"


def resembling(arrival: forms.Arrival) -> list[patients.Duplicate]:
    """Records like the person being typed that the desk has not ruled out."""
    today = clock.today()
    try:
        born_on, is_estimated = patient_services.read_birth(arrival.born_on, today)
    except Refused:
        born_on, is_estimated = None, False
    found = patients.possible_duplicates(
        name=arrival.name, born_on=born_on.isoformat() if born_on else None, is_birth_estimated=is_estimated,
        identity_number=arrival.identity_number, phone=arrival.phone.strip(), address=arrival.address,
    )  # fmt: skip
    return [one for one in found if one.hit.id not in arrival.refused_likeness]


def _with(arrival: forms.Arrival, found: list[patients.Duplicate]) -> str:
    return ",".join(sorted({one.hex() for one in arrival.refused_likeness} | {one.hit.id.hex() for one in found}))
