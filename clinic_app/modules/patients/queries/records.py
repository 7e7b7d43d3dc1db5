"""One person's record: data, identifiers, allergies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from clinic_app.kernel import db, i18n
from clinic_app.kernel.clock import today
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.queries.links import same_person
from clinic_app.modules.patients.rules.masking import mask_name

# The newest live identity number; a person has at most one unless an old import gave two.
IDENTITY = (
    "coalesce((SELECT value FROM patient_identifier i WHERE i.patient_id = p.id AND i.kind = '01'"
    " AND i.ended_at IS NULL ORDER BY i.id DESC LIMIT 1), '')"
)
MERGED_INTO = (
    "(SELECT to_id FROM patient_link l WHERE l.from_id = p.id AND l.undone_at IS NULL AND l.approved_at IS NOT NULL)"
)


class Recorded(Protocol):
    """What the name of an allergy needs, stored or just typed."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Patient:
    """A record (档案): `born_on` ISO or None, `sex` by ID-12, `merged_into` the record that goes on in its place."""

    id: bytes
    person_no: str
    name: str
    sex: str
    born_on: str | None
    is_birth_estimated: bool
    phone: str
    address: str
    identity_number: str
    allergy_state: str
    is_temporary: bool
    last_visit_on: str | None
    rev: int
    registered_at: int
    changed_at: int
    changed_by: bytes
    merged_into: bytes | None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A document, card, account or further phone, with who issued it and until when it is valid."""

    id: int
    kind: str
    value: str
    source: str
    recorded_at: int
    issuer: str
    valid_from: str | None
    valid_to: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Allergy:
    """One live allergy: `kind` group or drug with its dictionary code, or text; `note` tells the reaction."""

    id: int
    kind: str
    code: str
    text: str
    note: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class LinkedAllergy:
    """An allergy that stands in another record of the same person: only there it can be taken back."""

    text: str
    note: str
    patient_id: bytes
    person_no: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a card or number now."""

    patient_id: bytes
    name: str
    person_no: str


_PATIENT = (
    "SELECT p.id, p.person_no, p.name, p.sex, p.born_on, p.is_birth_estimated, p.phone, p.address,"
    f" {IDENTITY}, p.allergy_state, p.is_temporary, p.last_visit_on, p.rev, p.registered_at, p.changed_at,"
    f" p.changed_by, {MERGED_INTO} FROM patient p WHERE p.id = ?"
)
_ALLERGIES = (
    "SELECT id, kind, code, text, note, recorded_at FROM allergy WHERE patient_id = ? AND ended_at IS NULL ORDER BY id"
)


def patient(patient_id: bytes) -> Patient | None:
    """The record as it stands, merged or not."""
    return db.read_one(Patient, _PATIENT, (patient_id,))


def names(patient_ids: Iterable[bytes]) -> dict[bytes, str]:
    """The names of several patients, for lists of other subjects; of a restricted one who is not here today masked."""
    wanted = [f'"{one.hex()}"' for one in set(patient_ids)]
    found = db.rows(
        "SELECT p.id, p.name, coalesce(d.is_restricted, 0) AND p.last_visit_on IS NOT ?2 FROM json_each(?1) j"
        " JOIN patient p ON p.id = unhex(j.value) LEFT JOIN patient_detail d ON d.patient_id = p.id",
        (f"[{','.join(wanted)}]", today().isoformat()),
    )
    return {patient_id: mask_name(name) if is_covered else name for patient_id, name, is_covered in found}


def identifiers_of(patient_id: bytes) -> list[Identifier]:
    """The live identifiers of this record, identity number first."""
    return db.read(
        Identifier,
        "SELECT id, kind, value, source, recorded_at, issuer, valid_from, valid_to, note FROM patient_identifier"
        " WHERE patient_id = ? AND ended_at IS NULL ORDER BY kind, id",
        (patient_id,),
    )


def holder_of(kind: str, value: str) -> Holder | None:
    """Who holds this card or number now (ID-06); `value` as it is stored."""
    return db.read_one(
        Holder,
        "SELECT p.id, p.name, p.person_no FROM patient_identifier i JOIN patient p ON p.id = i.patient_id"
        " WHERE i.kind = ? AND i.value = ? AND i.ended_at IS NULL",
        (kind, value),
    )


def health_record_ever(number: str) -> bool:
    """Whether this health-record number was ever given, even if it is ended: it is never used again (ID-15)."""
    return bool(
        db.value(
            "SELECT EXISTS(SELECT 1 FROM patient_identifier WHERE kind = 'health_record' AND value = ?)", (number,)
        )
    )


def allergies_recorded(patient_id: bytes) -> list[Allergy]:
    """The live allergies of this one record, for its own form."""
    return db.read(Allergy, _ALLERGIES, (patient_id,))


def allergies_of(patient_id: bytes) -> list[Allergy]:
    """The live allergies of the person: of every record linked to this one."""
    found: dict[tuple[str, str], Allergy] = {}
    for one_id in same_person(patient_id):
        for one in allergies_recorded(one_id):
            found.setdefault((one.kind, one.code or one.text), one)
    return list(found.values())


def allergy_name(one: Recorded) -> str:
    """An allergy as it is shown: a group in the language of the request, drugs and free text as recorded."""
    if one.kind != "group" or i18n.current() == i18n.SOURCE:
        return one.text
    return dictionaries.group_names().get(one.code, one.text)


def allergies_linked(patient_id: bytes) -> list[LinkedAllergy]:
    """What only the other records of this person say, each with the record that says it."""
    others = [one for one in same_person(patient_id) if one != patient_id]
    if not others:
        return []
    seen = {(one.kind, one.code or one.text) for one in allergies_recorded(patient_id)}
    found = []
    for other in filter(None, map(patient, others)):
        for one in allergies_recorded(other.id):
            if (one.kind, one.code or one.text) not in seen:
                seen.add((one.kind, one.code or one.text))
                found.append(LinkedAllergy(allergy_name(one), one.note, other.id, other.person_no))
    return found
