"""The registration form (挂号): what was typed, kept as typed, and what it means."""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.ports import Card
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services
from clinic_app.modules.patients.services import AllergyEntry, Identifier, PatientData
from clinic_app.modules.visits.rules.triage import Answers, temperature

TEXTS = (
    "patient", "rev", "is_temporary", "name", "sex", "born_on", "identity_number", "identity_source", "health_card",
    "phone", "address", "payer", "kind", "room", "allergy_state", "not_these", "noticed", "source",
    "temperature", "exposure", "appointment",
)  # fmt: skip
LISTS = ("allergy_kind", "allergy_code", "allergy_text", "allergy_note")
FIELDS = (*TEXTS, *LISTS)
_CARD_SEX = {"男": "1", "女": "2", "1": "1", "2": "2", "M": "1", "F": "2"}


@dataclass
class Arrival:
    """The form as it stands: `patient` hex id of a found record or empty for a new one; texts as typed."""

    patient: str = ""
    rev: str = ""
    is_temporary: str = ""
    name: str = ""
    sex: str = ""
    born_on: str = ""
    identity_number: str = ""
    identity_source: str = "typed"
    health_card: str = ""
    phone: str = ""
    address: str = ""
    payer: str = "self"
    kind: str = "general"
    room: str = ""
    allergy_state: str = "unknown"
    not_these: str = ""
    noticed: str = ""
    source: str = ""
    temperature: str = ""
    exposure: str = ""
    appointment: str = ""
    allergies: list[AllergyEntry] = field(default_factory=list)

    @property
    def patient_id(self) -> bytes | None:
        """The found record; None for a new person or an id that is none."""
        return _id(self.patient)

    @property
    def room_id(self) -> bytes | None:
        return _id(self.room)

    @property
    def appointment_id(self) -> bytes | None:
        return _id(self.appointment)

    @property
    def refused_likeness(self) -> frozenset[bytes]:
        """Records that the desk said are not this person."""
        return frozenset(one for text in self.not_these.split(",") if (one := _id(text)) is not None)


def posted(form: MultiDict[str, str]) -> Arrival:
    """What the page sent, untouched."""
    arrival = Arrival(**{name: form.get(name, getattr(Arrival, name)) for name in TEXTS})
    columns = [form.getlist(name) for name in LISTS]
    arrival.allergies = [AllergyEntry(*entry) for entry in zip(*columns, strict=False)]
    return arrival


def of_patient(patient_id: bytes) -> Arrival | None:
    """The form for a record that was found."""
    found = patients.patient(patients.survivor(patient_id))
    if found is None:
        return None
    entries = [AllergyEntry(one.kind, one.code, one.text, one.note) for one in patients.allergies_recorded(found.id)]
    is_known = bool(entries or patients.allergies_linked(found.id))
    return Arrival(
        patient=found.id.hex(), rev=str(found.rev), name=found.name, sex=found.sex, born_on=found.born_on or "",
        phone=found.phone, address=found.address, allergy_state="known" if is_known else found.allergy_state,
        allergies=entries, source="found",
    )  # fmt: skip


def of_card(card: Card) -> Arrival:
    """The form for somebody whose card lies on the reader and who has no record yet."""
    sex = _CARD_SEX.get(card.sex.strip().upper(), "0")
    arrival = Arrival(name=card.name, sex=sex, born_on=card.born_on, address=card.address, source="card")
    if card.kind == "health_card":
        return replace(arrival, health_card=card.number)
    return replace(arrival, identity_number=card.number, identity_source="card")


def fill_gaps(arrival: Arrival, typed: Arrival) -> None:
    """Keep what the desk had typed where the record says nothing, and its choices for this visit."""
    arrival.phone = arrival.phone or typed.phone
    arrival.address = arrival.address or typed.address
    arrival.identity_number, arrival.identity_source = typed.identity_number, typed.identity_source
    arrival.payer, arrival.kind, arrival.room = typed.payer, typed.kind, typed.room
    arrival.temperature, arrival.exposure, arrival.appointment = typed.temperature, typed.exposure, typed.appointment
    join_allergies(arrival, typed)


def join_allergies(arrival: Arrival, told: Arrival) -> None:
    """What was told at this desk joins what the record says; neither is dropped for the other."""
    arrival.allergy_state, arrival.allergies = services.joined_history(
        (arrival.allergy_state, arrival.allergies), (told.allergy_state, told.allergies)
    )


def triage_of(arrival: Arrival) -> Answers | None:
    """What was found at the desk; None where nothing was asked. Refused `visits.temperature_wrong`."""
    tenths = temperature(arrival.temperature)
    if tenths is None and not arrival.exposure:
        return None
    return Answers(tenths=tenths, exposures=(arrival.exposure,) if arrival.exposure else ())


def id_of(text: str) -> bytes:
    """The id in a field or address; Missing `visits.missing` for anything else."""
    found = _id(text)
    if found is None:
        raise Missing("visits.missing")
    return found


def name_in(searched: str) -> str:
    """The searched text where it can be a person's name: two letters or more, none of them Latin; else empty."""
    name = searched.strip()
    letters = [sign for sign in unicodedata.normalize("NFKC", name) if sign not in " ·•"]
    is_name = len(letters) > 1 and all(sign.isalpha() and not sign.isascii() for sign in letters)
    return name if is_name else ""


def refuse_untouched(arrival: Arrival) -> None:
    """Nobody was found and nothing was typed of anybody: one sentence instead of every field in red."""
    typed = (
        arrival.patient, arrival.is_temporary, arrival.name, arrival.sex, arrival.born_on, arrival.identity_number,
        arrival.phone, arrival.address, arrival.allergies,
    )  # fmt: skip
    if not any(typed):
        raise Refused("visits.nobody_yet")


def refuse_unpicked(form: MultiDict[str, str]) -> None:
    """An allergy that was typed but not picked would be lost at saving; Refused `visits.allergy_not_picked`."""
    typed = form.get("allergen", "").strip()
    if typed:
        raise Refused("visits.allergy_not_picked", field="allergies", value=excerpt(typed))


def new_person(arrival: Arrival, on: date) -> PatientData:
    """The new record that the form asks for; raises Invalid with a refusal for each wrong field."""
    wrong: dict[str, Refused] = {}
    born_on, is_estimated = _birth(arrival, on, wrong)
    if not arrival.sex:
        wrong["sex"] = Refused("visits.sex_missing", field="sex")
    cards = (Identifier("health_card", arrival.health_card, "card"),) if arrival.health_card else ()
    data = PatientData(
        name=arrival.name, sex=arrival.sex or "0", born_on=born_on, is_birth_estimated=is_estimated,
        identity_number=arrival.identity_number.strip(), identity_source=_source(arrival), phone=arrival.phone,
        address=arrival.address, is_temporary=arrival.is_temporary == "1", allergy_state=arrival.allergy_state,
        allergies=tuple(arrival.allergies), identifiers=cards,
    )  # fmt: skip
    try:
        checked = services.checked(data, on)
    except Invalid as err:
        wrong = {**err.refusals, **wrong}
    if arrival.room_id is None:
        wrong["room"] = Refused("visits.room_missing", field="room")
    if not arrival.born_on.strip() and not arrival.identity_number.strip() and not data.is_temporary:
        wrong["born_on"] = Refused("visits.birth_missing", field="born_on")
    if wrong:
        raise Invalid(wrong)
    return checked


def changed_person(arrival: Arrival, before: patients.Patient, on: date) -> PatientData | None:
    """The found record with the phone, address or number that the desk added; None when they are as they were."""
    if arrival.room_id is None:
        raise Invalid({"room": Refused("visits.room_missing", field="room")})
    number = arrival.identity_number.strip()
    same = (arrival.phone.strip(), arrival.address.strip()) == (before.phone, before.address)
    if same and (not number or before.identity_number):
        return None
    born_on = date.fromisoformat(before.born_on) if before.born_on else None
    return services.checked(
        PatientData(
            name=before.name, sex=before.sex, born_on=born_on, is_birth_estimated=bool(before.is_birth_estimated),
            identity_number=number if number and not before.identity_number else None,
            identity_source=_source(arrival), phone=arrival.phone, address=arrival.address,
            is_temporary=bool(before.is_temporary),
        ),
        on,
    )  # fmt: skip


def changed_allergies(arrival: Arrival, before: patients.Patient) -> tuple[str, tuple[AllergyEntry, ...]] | None:
    """The allergy history that the desk asked anew; None when it is as it was.

    What stands in a linked record stays there, so that taking a merge apart gives each record its own back (ID-09).
    """
    known = patients.allergies_recorded(before.id)
    is_known = bool(known or patients.allergies_linked(before.id))
    was = ("known" if is_known else before.allergy_state, {(one.kind, one.code or one.text, one.note) for one in known})
    now = {(one.kind, one.code or one.text, one.note.strip()) for one in arrival.allergies}
    return None if (arrival.allergy_state, now) == was else (arrival.allergy_state, tuple(arrival.allergies))


def _birth(arrival: Arrival, on: date, wrong: dict[str, Refused]) -> tuple[date | None, bool]:
    try:
        return services.read_birth(arrival.born_on, on)
    except Refused as err:
        wrong["born_on"] = err
        return None, False


def _source(arrival: Arrival) -> str:
    return "card" if arrival.identity_source == "card" else "typed"


def _id(text: str) -> bytes | None:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if len(found) == 16 else None
