"""Documents and cards of a person (证件): one person has many, a card-like one has one holder (ID-06)."""

from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientIdentifier
from clinic_app.modules.patients.rules import texts
from clinic_app.modules.patients.rules.identity_number import DOCUMENT_KINDS, document_number
from clinic_app.modules.patients.rules.phone import parse_phone
from clinic_app.modules.patients.services.data import Identifier, PatientData

CARDS = ("health_card", "social_card", "health_record")
ACCOUNTS = ("wechat", "alipay")
PHONE = "phone"
LONGEST_ISSUER = 60
ONE_HOLDER = frozenset({*(code for code, kind in DOCUMENT_KINDS.items() if kind.has_one_holder), *CARDS})
_INSERT = (
    "INSERT INTO patient_identifier(patient_id, kind, has_one_holder, value, tail, original, source, issuer,"
    " valid_from, valid_to, note, recorded_at, recorded_by) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def add_identifier(uow: UnitOfWork, patient_id: bytes, identifier: Identifier) -> dict[str, Any]:
    """Note one more document, card or account of the person; returns `identifier_id`.

    Refused `patients.identifier_held` naming the holder, `patients.identity_number_twice` when an identity number is in
    force, `patients.identifier_kind`, and as `document_number`.
    """
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    written = _write(uow, patient_id, identifier)
    uow.audit("patients.add_identifier", patient_id, patient_id=patient_id, kind=identifier.kind)
    _emit_changed(uow, patient_id)
    return {"patient_id": patient_id.hex(), "identifier_id": written}


def end_identifier(uow: UnitOfWork, patient_id: bytes, identifier_id: int) -> dict[str, Any]:
    """End a document or card (lost, mistyped): it stays in the history and may be given to its true holder."""
    ended = (
        PatientIdentifier.update(ended_at=uow.at, ended_by=uow.actor.person_id)
        .where(
            (PatientIdentifier.id == identifier_id)
            & (PatientIdentifier.patient_id == patient_id)
            & PatientIdentifier.ended_at.is_null()
        )
        .execute()
    )
    if ended != 1:
        raise Missing("patients.identifier_missing")
    uow.audit("patients.end_identifier", patient_id, patient_id=patient_id, identifier=identifier_id)
    _emit_changed(uow, patient_id)
    return {"patient_id": patient_id.hex(), "identifier_id": identifier_id}


def write_all(uow: UnitOfWork, patient_id: bytes, data: PatientData) -> None:
    """The identity number and the other identifiers of a new record."""
    if data.identity_number:
        write_identity(uow, patient_id, data)
    for one in data.identifiers:
        _write(uow, patient_id, one)


def write_identity(uow: UnitOfWork, patient_id: bytes, data: PatientData) -> None:
    number = data.identity_number or ""
    _write(uow, patient_id, Identifier("01", number, data.identity_source, data.identity_original))


def end_live(uow: UnitOfWork, patient_id: bytes, kind: str) -> None:
    uow.execute(
        "UPDATE patient_identifier SET ended_at = ?, ended_by = ?"
        " WHERE patient_id = ? AND kind = ? AND ended_at IS NULL",
        (uow.at, uow.actor.person_id, patient_id, kind),
    )


def bodies(patient_id: bytes) -> list[dict[str, str]]:
    """The live identifiers for an event."""
    return [{"kind": one.kind, "value": one.value} for one in queries.identifiers_of(patient_id)]


def _write(uow: UnitOfWork, patient_id: bytes, one: Identifier) -> int:
    value = _normal_value(uow, one)
    if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
        raise Refused("patients.validity_order", field="valid_to", value=one.valid_to)
    if one.kind in ONE_HOLDER:
        holder = queries.holder_of(one.kind, value)
        if holder is not None:
            field = "identity_number" if one.kind == "01" else "identifier"
            raise Refused("patients.identifier_held", field=field, name=holder.name, person_no=holder.person_no)
    if one.kind == "01" and any(other.kind == "01" for other in queries.identifiers_of(patient_id)):
        raise Refused("patients.identity_number_twice", field="identity_number")
    uow.execute(
        _INSERT,
        (patient_id, one.kind, one.kind in ONE_HOLDER, value, value[::-1], one.original or one.value.strip(),
         one.source, texts.one_line(one.issuer, field="issuer", most=LONGEST_ISSUER), one.valid_from, one.valid_to,
         texts.one_line(one.note, field="identifier_note", most=LONGEST_ISSUER), uow.at, uow.actor.person_id),
    )  # fmt: skip
    return int(db.value("SELECT last_insert_rowid()"))


def _normal_value(uow: UnitOfWork, one: Identifier) -> str:
    if one.source not in ("typed", "card"):
        raise ValueError(f"an identifier comes typed or from a card, not {one.source}")
    if one.kind in DOCUMENT_KINDS:
        return document_number(one.kind, one.value, uow.on, field="identifier")
    if one.kind in CARDS:
        # Cards follow the rules of a document without a check digit: trimmed, upper case, printable.
        return document_number("99", one.value, uow.on, field="identifier")
    if one.kind == PHONE:
        return parse_phone(one.value, field="identifier")
    if one.kind in ACCOUNTS:
        document_number("99", one.value, uow.on, field="identifier")
        return one.value.strip()
    raise Refused("patients.identifier_kind", field="identifier", value=excerpt(one.kind))


def _emit_changed(uow: UnitOfWork, patient_id: bytes) -> None:
    now = queries.patient(patient_id)
    if now is None:
        raise Missing("patients.missing")
    uow.emit(
        events.CHANGED, patient_id,
        {
            "patient_id": patient_id, "person_no": now.person_no, "name": now.name, "sex": now.sex,
            "born_on": now.born_on or "", "is_birth_estimated": int(now.is_birth_estimated), "phone": now.phone,
            "address": now.address, "is_temporary": int(now.is_temporary), "identifiers": bodies(patient_id),
        },
    )  # fmt: skip
