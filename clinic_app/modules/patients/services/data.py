"""What is known of a person when a record is made or changed, and its tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.rules import texts
from clinic_app.modules.patients.rules.identity_number import (
    Notice,
    age_notices,
    difference_notices,
    parse_identity_number,
)
from clinic_app.modules.patients.rules.names import person_name
from clinic_app.modules.patients.rules.phone import parse_phone
from clinic_app.modules.patients.rules.stated_age import parse_birth_or_age

SEXES = ("0", "1", "2", "9")
ALLERGY_STATES = ("unknown", "none", "known")
MOST_ALLERGIES = 30
Found = TypeVar("Found")


@dataclass(frozen=True)
class AllergyEntry:
    """One allergy: `kind` group or drug with its dictionary code, or free text; `note` tells the reaction."""

    kind: str
    code: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Identifier:
    """A document (kinds 01 to 99 of ID-05), card, account (`wechat`, `alipay`), one more `phone` or `health_record`.

    `issuer`, and the days it is valid for, in ISO text; `note` says whose phone it is.
    """

    kind: str
    value: str
    source: str = "typed"
    original: str = ""
    issuer: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    note: str = ""


@dataclass(frozen=True)
class PatientData:
    """A person as the desk knows it; only the name, or `is_temporary`, is a must.

    `sex` is 0 unknown, 1 male, 2 female, 9 unstated (ID-12). `identity_number` None leaves a stored one alone, "" ends
    it. `identity_source` is typed or card; `identity_original` what was typed, kept beside the normalised number.
    """

    name: str = ""
    sex: str = "0"
    born_on: date | None = None
    is_birth_estimated: bool = False
    identity_number: str | None = None
    identity_source: str = "typed"
    identity_original: str = ""
    phone: str = ""
    address: str = ""
    is_temporary: bool = False
    allergy_state: str = "unknown"
    allergies: tuple[AllergyEntry, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


def checked(data: PatientData, on: date) -> PatientData:
    """The same data normalised, birth date and sex filled in from the identity number where they are missing.

    Raises Invalid with one refusal for each wrong field. What was entered and differs from the number stays (ID-04).
    """
    wrong: dict[str, Refused] = {}
    name = "" if data.is_temporary and not data.name.strip() else _try(wrong, "name", lambda: person_name(data.name))
    phone = _try(wrong, "phone", lambda: parse_phone(data.phone)) if data.phone.strip() else ""
    address = _try(
        wrong, "address", lambda: texts.one_line(data.address, field="address", most=texts.LONGEST_ADDRESS)
    )
    typed = (data.identity_number or "").strip()
    number = (
        _try(wrong, "identity_number", lambda: parse_identity_number(typed, on, field="identity_number"))
        if typed
        else None
    )
    if data.sex not in SEXES:
        wrong["sex"] = Refused("patients.sex_unknown_code", field="sex", value=excerpt(data.sex))
    if data.born_on is not None and data.born_on > on:
        wrong["born_on"] = Refused("patients.birth_date_future", field="born_on", value=data.born_on.isoformat())
    allergies = _try(wrong, "allergies", lambda: checked_allergies(data.allergy_state, data.allergies)) or ()
    if wrong:
        raise Invalid(wrong)
    known = replace(data, name=name or "", phone=phone or "", address=address or "", allergies=allergies)
    if number is None:
        return replace(known, identity_number=data.identity_number if data.identity_number is None else "")
    return replace(
        known,
        identity_number=number.number,
        identity_original=data.identity_original or number.original,
        born_on=data.born_on or number.born_on,
        is_birth_estimated=data.is_birth_estimated and data.born_on is not None,
        sex=number.sex if data.sex in ("0", "9") else data.sex,
    )


def read_birth(text: str, on: date) -> tuple[date | None, bool]:
    """A typed birth date or age: the date and whether it is estimated; (None, False) for an empty text."""
    return parse_birth_or_age(text, on) if text.strip() else (None, False)


def notices_of(data: PatientData, on: date) -> tuple[Notice, ...]:
    """What is odd but allowed (ID-04): an age over 120, a birth date or sex that differs from the identity number."""
    if data.identity_number:
        number = parse_identity_number(data.identity_number, on)
        return (*number.warnings, *difference_notices(number, data.born_on, data.sex))
    return age_notices(data.born_on, on) if data.born_on else ()


def checked_allergies(state: str, entries: tuple[AllergyEntry, ...]) -> tuple[AllergyEntry, ...]:
    """The entries with the dictionary's names. Three states: known needs an entry, none and unknown have none.

    Refused `patients.allergy_state`, `.allergy_missing`, `.allergy_not_known`, `.allergy_too_many`,
    `.allergy_unknown_code`, `.allergy_empty`, `.text_too_long`, `.text_unseen_sign`.
    """
    if state not in ALLERGY_STATES:
        raise Refused("patients.allergy_state", field="allergies", value=excerpt(state))
    if state == "known" and not entries:
        raise Refused("patients.allergy_missing", field="allergies")
    if state != "known" and entries:
        raise Refused("patients.allergy_not_known", field="allergies")
    if len(entries) > MOST_ALLERGIES:
        raise Refused("patients.allergy_too_many", field="allergies", have=len(entries), most=MOST_ALLERGIES)
    groups = {group.code: group.name for group in dictionaries.allergy_groups()} if entries else {}
    named: dict[tuple[str, str], AllergyEntry] = {}
    for entry in entries:
        one = _named(entry, groups)
        named.setdefault((one.kind, one.code or one.text), one)
    return tuple(named.values())


def stale(now: queries.Patient) -> Stale:
    """Somebody changed the record after the form was drawn; the form then shows both values."""
    return Stale("patients.changed_meanwhile", field="rev", name=now.name)


def _named(entry: AllergyEntry, groups: dict[str, str]) -> AllergyEntry:
    note = texts.one_line(entry.note, field="allergies", most=texts.LONGEST_NOTE)
    if entry.kind == "text":
        text = texts.one_line(entry.text, field="allergies", most=texts.LONGEST_ALLERGY)
        if not text:
            raise Refused("patients.allergy_empty", field="allergies")
        return AllergyEntry("text", "", text, note)
    name = groups.get(entry.code) if entry.kind == "group" else _drug_name(entry)
    if name is None:
        raise Refused("patients.allergy_unknown_code", field="allergies", value=excerpt(entry.text or entry.code))
    return AllergyEntry(entry.kind, entry.code, name[: texts.LONGEST_ALLERGY], note)


def _drug_name(entry: AllergyEntry) -> str | None:
    drug = dictionaries.drug_by_code(entry.code) if entry.kind == "drug" else None
    return drug.name if drug else None


def _try(wrong: dict[str, Refused], field: str, parse: Callable[[], Found]) -> Found | None:
    try:
        return parse()
    except Refused as err:
        wrong[field] = err
        return None


def event_body(
    patient_id: bytes, person_no: str, data: PatientData, identifiers: list[dict[str, Any]]
) -> dict[str, Any]:
    """The fields of a person that `patients.registered` and `patients.changed` carry."""
    return {
        "patient_id": patient_id, "person_no": person_no, "name": data.name, "sex": data.sex,
        "born_on": data.born_on.isoformat() if data.born_on else "",
        "is_birth_estimated": int(data.is_birth_estimated), "phone": data.phone, "address": data.address,
        "is_temporary": int(data.is_temporary), "identifiers": identifiers,
    }  # fmt: skip


def allergy_bodies(entries: tuple[AllergyEntry, ...]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "code": one.code, "text": one.text, "note": one.note} for one in entries]
