"""Other names of a person (别名、曾用名、民族文字), under which the record is found too (ID-16)."""

from typing import Any

from clinic_app.kernel import search
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientAlias
from clinic_app.modules.patients.rules.names import person_name

MOST_ALIASES = 8


def add_alias(uow: UnitOfWork, patient_id: bytes, kind: str, name: str) -> dict[str, Any]:
    """Note one more name; Refused `patients.alias_kind`, `.alias_twice`, `.alias_many`, and as `person_name`."""
    found = queries.patient(patient_id)
    if found is None:
        raise Missing("patients.missing")
    if kind not in {one.code for one in queries.codes("alias", uow.on)}:
        raise Refused("patients.alias_kind", field="alias", value=excerpt(kind))
    called = person_name(name, field="alias")
    known = queries.aliases_of(patient_id)
    if search.normal(called) in {search.normal(one) for one in (found.name, *(other.name for other in known))}:
        raise Refused("patients.alias_twice", field="alias", value=called)
    if len(known) >= MOST_ALIASES:
        raise Refused("patients.alias_many", field="alias", most=MOST_ALIASES)
    PatientAlias.insert(
        patient_id=patient_id, kind=kind, name=called, name_form=search.normal(called), recorded_at=uow.at,
        recorded_by=uow.actor.person_id,
    ).execute()  # fmt: skip
    _rewrite(uow, patient_id, found.name)
    uow.audit("patients.add_alias", patient_id, patient_id=patient_id, kind=kind)
    return {"patient_id": patient_id.hex()}


def end_alias(uow: UnitOfWork, patient_id: bytes, alias_id: int) -> dict[str, Any]:
    """Take a name back; it stays in the history. Missing when it was not this person's."""
    found = queries.patient(patient_id)
    ended = (
        PatientAlias.update(ended_at=uow.at, ended_by=uow.actor.person_id)
        .where(
            (PatientAlias.id == alias_id) & (PatientAlias.patient_id == patient_id) & PatientAlias.ended_at.is_null()
        )
        .execute()
    )
    if found is None or ended != 1:
        raise Missing("patients.alias_missing")
    _rewrite(uow, patient_id, found.name)
    uow.audit("patients.end_alias", patient_id, patient_id=patient_id, alias=alias_id)
    return {"patient_id": patient_id.hex()}


def write_keys(uow: UnitOfWork, patient_id: bytes, name: str, aliases: tuple[str, ...] = ()) -> None:
    """The search keys of a record: those of its name and of its other names."""
    keys = {
        key
        for one in (name, *aliases)
        for key in (search.normal(one), *search.name_keys(one), *search.spelled_name(one))
    } - {""}
    uow.conn.executemany("INSERT INTO name_key(key, patient_id) VALUES(?, ?)", [(key, patient_id) for key in keys])


def rewrite_keys(uow: UnitOfWork, patient_id: bytes, name: str) -> None:
    """The same anew, after a name was changed."""
    uow.execute("DELETE FROM name_key WHERE patient_id = ?", (patient_id,))
    write_keys(uow, patient_id, name, tuple(one.name for one in queries.aliases_of(patient_id)))


def _rewrite(uow: UnitOfWork, patient_id: bytes, name: str) -> None:
    rewrite_keys(uow, patient_id, name)
    known = [{"kind": one.kind, "name": one.name} for one in queries.aliases_of(patient_id)]
    uow.emit(events.ALIASES_CHANGED, patient_id, {"patient_id": patient_id, "aliases": known})
