"""Allergies (过敏史) in three states: not asked, none known, known."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import Allergy, Patient
from clinic_app.modules.patients.services.data import AllergyEntry, allergy_bodies, checked_allergies, stale


def set_allergies(
    uow: UnitOfWork, patient_id: bytes, state: str, entries: tuple[AllergyEntry, ...] = (), *, rev: int | None = None
) -> dict[str, Any]:
    """Make this the person's allergy history; what is no longer named is ended, not removed.

    `state` unknown (还没问), none (无已知过敏) or known with entries. With `rev`, raises Stale when the record was
    changed since. Refused as `checked_allergies`, and `patients.allergy_linked` for none while a linked record names
    one; known without entries means then that all of it stands there.
    """
    before = queries.patient(patient_id)
    if before is None:
        raise Missing("patients.missing")
    if rev is not None and rev != before.rev:
        raise stale(before)
    linked = queries.allergies_linked(patient_id)
    if linked and state == "none":
        raise Refused("patients.allergy_linked", field="allergies", name=linked[0].text, person_no=linked[0].person_no)
    if linked and state == "known" and not entries:
        state = "unknown" if before.allergy_state == "known" else before.allergy_state
    wanted = checked_allergies(state, tuple(entries))
    keep = {(one.kind, one.code or one.text, one.note) for one in wanted}
    live = queries.allergies_recorded(patient_id)
    gone = [one.id for one in live if (one.kind, one.code or one.text, one.note) not in keep]
    if gone:
        Allergy.update(ended_at=uow.at, ended_by=uow.actor.person_id).where(Allergy.id.in_(gone)).execute()
    have = {(one.kind, one.code or one.text, one.note) for one in live}
    write(uow, patient_id, tuple(one for one in wanted if (one.kind, one.code or one.text, one.note) not in have))
    Patient.update(
        allergy_state=state, rev=before.rev + 1, changed_at=uow.at, changed_by=uow.actor.person_id
    ).where(Patient.id == patient_id).execute()
    uow.audit("patients.set_allergies", patient_id, patient_id=patient_id, state=state, entries=len(wanted))
    uow.emit(
        events.ALLERGIES_CHANGED, patient_id,
        {"patient_id": patient_id, "allergy_state": state, "allergies": allergy_bodies(wanted)},
    )  # fmt: skip
    return {"patient_id": patient_id.hex(), "rev": before.rev + 1}


def joined_history(
    stored: tuple[str, Sequence[AllergyEntry]], told: tuple[str, Sequence[AllergyEntry]]
) -> tuple[str, list[AllergyEntry]]:
    """State and entries of a form whose record was changed meanwhile: what is stored and what was told here besides.

    An allergy that one side names is never lost because the other side did not know it; writes nothing.
    """
    (state, entries), (told_state, also) = stored, told
    have = {(one.kind, one.code or one.text) for one in entries}
    named = [*entries, *(one for one in also if (one.kind, one.code or one.text) not in have)]
    if named or "known" in (state, told_state):
        return "known", named
    return (told_state if state == "unknown" else state), []


def write(uow: UnitOfWork, patient_id: bytes, entries: tuple[AllergyEntry, ...]) -> None:
    """Insert entries that passed `checked_allergies`."""
    for one in entries:
        uow.execute(
            "INSERT INTO allergy(patient_id, kind, code, text, note, recorded_at, recorded_by)"
            " VALUES(?, ?, ?, ?, ?, ?, ?)",
            (patient_id, one.kind, one.code, one.text, one.note, uow.at, uow.actor.person_id),
        )
