"""Amending a signed note (修改病历, OR-06): with a reason, where the clinic says so after somebody else approved."""

from typing import Any

from clinic_app.kernel import ids, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import cosigning
from clinic_app.modules.consultation.services.opening import LONGEST_REASON, own_note, reopen
from clinic_app.modules.consultation.services.texts import one_line


def amend(uow: UnitOfWork, visit_id: bytes, reason: str) -> dict[str, Any]:
    """Open a signed note again with a reason; what was signed stays readable as its version.

    With the parameter `consultation.amendment_needs_approval` it is only asked for (`asked`) and opens when somebody
    else approves. Refused `consultation.reason_missing`, `.amendment_asked` when one is waiting; Stale when not signed.
    """
    note = own_note(uow, visit_id)
    if note.state != "signed":
        raise Stale("consultation.not_signed")
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.reason_missing", field="reason")
    asked = parameters.value("consultation.amendment_needs_approval", uow.on)
    if asked:
        if cosigning.live_request(visit_id):
            raise Refused("consultation.amendment_asked")
        uow.execute(
            "INSERT INTO amendment_request(id, visit_id, asked_by, asked_at, reason) VALUES(?, ?, ?, ?, ?)",
            (ids.new_id(), visit_id, uow.actor.person_id, uow.at, why),
        )
    else:
        reopen(uow, visit_id, why)
    uow.audit("consultation.ask_amendment" if asked else "consultation.amend", visit_id, patient_id=note.patient_id,
              reason=why)  # fmt: skip
    return {"visit_id": visit_id.hex(), "asked": asked}


def decide_amendment(uow: UnitOfWork, request_id: bytes, *, approve: bool, remark: str = "") -> dict[str, Any]:
    """Approve or refuse what a colleague asked; approved, the note opens for its doctor at once.

    Refused `consultation.own_request`, `.no_approver` for a trainee or without a certificate in force (a manager needs
    none), `.remark_missing` for a refusal without a word; Stale when decided already.
    """
    found = cosigning.request(request_id)
    if found is None:
        raise Missing("consultation.amendment_missing")
    if found.asked_by == uow.actor.person_id:
        raise Refused("consultation.own_request")
    if not cosigning.may_approve(uow.actor, uow.on):
        raise Refused("consultation.no_approver")
    said = one_line(remark, field="remark", most=LONGEST_REASON)
    if not approve and not said:
        raise Refused("consultation.remark_missing", field="remark")
    uow.change_one(
        "UPDATE amendment_request SET state = ?, decided_by = ?, decided_at = ?, remark = ?"
        " WHERE id = ? AND state = 'open'",
        ("approved" if approve else "refused", uow.actor.person_id, uow.at, said, request_id),
        Stale("consultation.request_decided"),
    )
    if approve:
        reopen(uow, found.visit_id, found.reason)
    uow.audit(
        "consultation.approve_amendment" if approve else "consultation.refuse_amendment", found.visit_id,
        patient_id=found.patient_id, reason=found.reason, remark=said,
    )  # fmt: skip
    return {"visit_id": found.visit_id.hex(), "approved": approve}


def is_archived(visit_id: bytes) -> bool:
    """Whether the newest version counts: signed by a registered doctor, or co-signed by one (OR-06, OR-07)."""
    versions = queries.note_versions(visit_id)
    if not versions or not versions[-1].needs_cosign:
        return bool(versions)
    made = {one.version for one in queries.cosignatures(visit_id) if one.decision == "signed"}
    return versions[-1].version in made


def close_approval(uow: UnitOfWork, visit_id: bytes) -> None:
    """An approval that opened the note and changed nothing is used up: the next change is asked for anew."""
    uow.execute("UPDATE amendment_request SET state = 'used' WHERE visit_id = ? AND state = 'approved'", (visit_id,))


def use_approval(uow: UnitOfWork, note: queries.Note) -> None:
    """Let a changed note be signed again: where approval is asked for, it is used up by this version.

    Refused `consultation.amendment_unapproved` where the note was opened to prescribe anew only. What is not archived
    yet, a trainee's version, needs none.
    """
    if not parameters.value("consultation.amendment_needs_approval", uow.on) or not is_archived(note.visit_id):
        return
    uow.change_one(
        "UPDATE amendment_request SET state = 'used' WHERE visit_id = ? AND state = 'approved'", (note.visit_id,),
        Refused("consultation.amendment_unapproved"),
    )  # fmt: skip
