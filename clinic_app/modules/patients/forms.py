"""The person's form (改资料) and the allergy form: what was typed, kept as typed, and what it means."""

from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.dates import typed_day
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.ids import NOTHING, read_id
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.services import AllergyEntry, PatientData

PERSON_FIELDS = (
    "rev", "name", "sex", "born_on", "identity_number", "end_identity", "phone", "address", "is_temporary", "noticed",
    "ethnicity", "marital", "occupation", "workplace", "abo", "rh", "birth_place", "marks", "village", "village_code",
)  # fmt: skip
ALLERGY_LISTS = ("allergy_kind", "allergy_code", "allergy_text", "allergy_note")
ALLERGY_FIELDS = ("patient", "rev", "allergy_state", "allergen", *ALLERGY_LISTS)


@dataclass
class Person:
    """The form of a person's data; texts as typed."""

    rev: str = ""
    name: str = ""
    sex: str = ""
    born_on: str = ""
    identity_number: str = ""
    end_identity: str = ""
    phone: str = ""
    address: str = ""
    is_temporary: str = ""
    noticed: str = ""
    ethnicity: str = ""
    marital: str = ""
    occupation: str = ""
    workplace: str = ""
    abo: str = ""
    rh: str = ""
    birth_place: str = ""
    marks: str = ""
    village: str = ""
    village_code: str = ""


@dataclass
class Allergies:
    """The form of an allergy history."""

    rev: str
    allergy_state: str
    allergies: list[AllergyEntry]


def of_patient(found: queries.Patient) -> Person:
    """The form as the record stands; a number is only shown masked, so its field begins empty."""
    known = queries.details(found.id)
    village = queries.village(known.village_code) if known.village_code else None
    return Person(
        rev=str(found.rev), name=found.name, sex=found.sex, born_on=found.born_on or "", phone=found.phone,
        address=found.address, is_temporary="1" if found.is_temporary else "", ethnicity=known.ethnicity,
        marital=known.marital, occupation=known.occupation, workplace=known.workplace, abo=known.abo, rh=known.rh,
        birth_place=known.birth_place, marks=known.marks, village=village.name if village else "",
        village_code=known.village_code or "",
    )  # fmt: skip


def allergies_of_patient(found: queries.Patient) -> Allergies:
    entries = [AllergyEntry(one.kind, one.code, one.text, one.note) for one in queries.allergies_recorded(found.id)]
    state = "known" if queries.allergies_linked(found.id) else found.allergy_state
    return Allergies(str(found.rev), state, entries)


def posted_person(form: MultiDict[str, str]) -> Person:
    return Person(**{name: form.get(name, "") for name in PERSON_FIELDS})


def posted_allergies(form: MultiDict[str, str]) -> Allergies:
    columns = [form.getlist(name) for name in ALLERGY_LISTS]
    entries = [AllergyEntry(*entry) for entry in zip(*columns, strict=False)]
    return Allergies(form.get("rev", ""), form.get("allergy_state", ""), entries)


def joined(history: Allergies, now: queries.Patient) -> Allergies:
    """The form after somebody was faster: what is stored now and what was told here besides, under the new rev."""
    fresh = allergies_of_patient(now)
    state, entries = services.joined_history(
        (fresh.allergy_state, fresh.allergies), (history.allergy_state, history.allergies)
    )
    return Allergies(fresh.rev, state, entries)


def refuse_unpicked(form: MultiDict[str, str]) -> None:
    """An allergy that was typed but not picked would be lost at saving; Refused `patients.allergy_not_picked`."""
    typed = form.get("allergen", "").strip()
    if typed:
        raise Refused("patients.allergy_not_picked", field="allergies", value=excerpt(typed))


def id_of(text: str) -> bytes:
    """A record id from a hidden field; what is none becomes an id that nothing has."""
    return read_id(text) or NOTHING


def rev_of(text: str) -> int:
    """The revision a form was drawn from; 0, which no record has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def person_details(person: Person, before: queries.Details) -> queries.Details:
    """The details that the form asks for; Refused `patients.village_not_picked` for a village typed but not chosen."""
    if person.village.strip() and not person.village_code:
        raise Refused("patients.village_not_picked", field="village", value=excerpt(person.village))
    return replace(
        before, ethnicity=person.ethnicity, marital=person.marital, occupation=person.occupation,
        workplace=person.workplace, abo=person.abo, rh=person.rh, birth_place=person.birth_place, marks=person.marks,
        village_code=person.village_code if person.village.strip() else None,
    )  # fmt: skip


def validity(form: MultiDict[str, str], name: str, on: date) -> str | None:
    """A day that a document is valid from or to, as ISO text; None when empty. Refused as `typed_day`."""
    typed = form.get(name, "")
    return typed_day(typed, on, field=name).isoformat() if typed.strip() else None


def person_data(person: Person, before: queries.Patient, on: date) -> PatientData:
    """The data that the form asks for; raises Invalid with a refusal for each wrong field.

    An estimated birth date that was not touched stays estimated; an empty number leaves the stored one alone.
    """
    wrong: dict[str, Refused] = {}
    born_on, is_estimated = None, False
    try:
        born_on, is_estimated = services.read_birth(person.born_on, on)
    except Refused as err:
        wrong["born_on"] = err
    if before.is_birth_estimated and born_on is not None and born_on.isoformat() == before.born_on:
        is_estimated = True
    number = person.identity_number.strip()
    data = PatientData(
        name=person.name, sex=person.sex, born_on=born_on, is_birth_estimated=is_estimated,
        identity_number=number or ("" if person.end_identity == "1" else None), phone=person.phone,
        address=person.address, is_temporary=person.is_temporary == "1",
    )  # fmt: skip
    try:
        checked = services.checked(data, on)
    except Invalid as err:
        wrong = {**err.refusals, **wrong}
    if wrong:
        raise Invalid(wrong)
    return checked
