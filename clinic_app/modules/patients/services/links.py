"""Merging two records of one person (合并档案): a link that can be undone; no row is re-pointed (ID-09, O4).

One person proposes, another approves (ux-guide: merging patients needs a second person).
"""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import PatientLink


def propose_link(uow: UnitOfWork, from_id: bytes, to_id: bytes) -> dict[str, Any]:
    """Say that `from_id` is the same person as `to_id`, whose record and number go on; takes effect when approved.

    Refused `patients.link_self`, `.link_already` (one of them is merged or proposed already).
    """
    link_id = _write(uow, from_id, to_id)
    uow.audit("patients.propose_link", link_id, patient_id=to_id, other=from_id.hex())
    return {"link_id": link_id.hex()}


def approve_link(uow: UnitOfWork, link_id: bytes) -> dict[str, Any]:
    """Let a proposed link take effect; Refused `patients.link_own` for the person who proposed it."""
    link = _waiting(link_id)
    if link.linked_by == uow.actor.person_id:
        raise Refused("patients.link_own")
    return _take_effect(uow, link)


def reject_link(uow: UnitOfWork, link_id: bytes) -> dict[str, Any]:
    """Withdraw or turn down a proposed link."""
    link = _waiting(link_id)
    _end(uow, link_id)
    uow.audit("patients.reject_link", link_id, patient_id=link.to_id, other=link.from_id.hex())
    return {"link_id": link_id.hex()}


def rule_out_duplicate(uow: UnitOfWork, one_id: bytes, other_id: bytes) -> dict[str, Any]:
    """Say that two alike records are two people: they leave the list of possible duplicates. Refused `.link_self`."""
    if one_id == other_id:
        raise Refused("patients.link_self")
    if queries.patient(one_id) is None or queries.patient(other_id) is None:
        raise Missing("patients.missing")
    first, second = sorted((one_id, other_id))
    uow.execute(
        "INSERT INTO not_duplicate(one_id, other_id, decided_by, decided_at) VALUES(?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (first, second, uow.actor.person_id, uow.at),
    )
    uow.audit("patients.rule_out_duplicate", first, patient_id=first, other=second.hex())
    return {"one_id": first.hex()}


def link_patients(uow: UnitOfWork, from_id: bytes, to_id: bytes) -> dict[str, Any]:
    """Link two records at once, on the actor's word alone; for callers where two people already agreed elsewhere.

    Screens use `propose_link` and `approve_link`. Refused as `propose_link`.
    """
    link_id = _write(uow, from_id, to_id)
    return _take_effect(uow, _waiting(link_id))


def unlink_patients(uow: UnitOfWork, link_id: bytes) -> dict[str, Any]:
    """Undo a merge: both records are what they were. Raises Missing, or Stale when it is undone already."""
    link = queries.link(link_id)
    if link is None:
        raise Missing("patients.link_missing")
    if link.undone_at is not None or link.approved_at is None:
        raise Stale("patients.link_undone")
    _end(uow, link_id)
    uow.audit("patients.unlink_patients", link_id, patient_id=link.to_id, other=link.from_id.hex())
    uow.emit(events.UNLINKED, link_id, {"link_id": link_id, "from_id": link.from_id, "to_id": link.to_id})
    return {"link_id": link_id.hex(), "patient_id": link.to_id.hex()}


def _write(uow: UnitOfWork, from_id: bytes, to_id: bytes) -> bytes:
    if from_id == to_id:
        raise Refused("patients.link_self")
    for one in (from_id, to_id):
        person = queries.patient(one)
        if person is None:
            raise Missing("patients.missing")
        if queries.open_link_from(one) is not None:
            raise Refused("patients.link_already", name=person.name, person_no=person.person_no)
    link_id = new_id()
    PatientLink.insert(
        id=link_id, from_id=from_id, to_id=to_id, linked_by=uow.actor.person_id, linked_at=uow.at
    ).execute()
    return link_id


def _waiting(link_id: bytes) -> queries.Link:
    link = queries.link(link_id)
    if link is None:
        raise Missing("patients.link_missing")
    if link.approved_at is not None or link.undone_at is not None:
        raise Stale("patients.link_decided")
    return link


def _take_effect(uow: UnitOfWork, link: queries.Link) -> dict[str, Any]:
    PatientLink.update(approved_by=uow.actor.person_id, approved_at=uow.at).where(
        (PatientLink.id == link.id) & PatientLink.approved_at.is_null() & PatientLink.undone_at.is_null()
    ).execute()
    uow.audit("patients.link_patients", link.id, patient_id=link.to_id, other=link.from_id.hex())
    uow.emit(events.LINKED, link.id, {"link_id": link.id, "from_id": link.from_id, "to_id": link.to_id})
    return {"link_id": link.id.hex(), "patient_id": link.to_id.hex()}


def _end(uow: UnitOfWork, link_id: bytes) -> None:
    PatientLink.update(undone_by=uow.actor.person_id, undone_at=uow.at).where(
        (PatientLink.id == link_id) & PatientLink.undone_at.is_null()
    ).execute()
