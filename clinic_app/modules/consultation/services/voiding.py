"""Voiding a signed sheet (作废处方): before payment, by its own doctor, with a reason; to be written anew."""

from typing import Any

from clinic_app.kernel import ids
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import events, queries
from clinic_app.modules.consultation.services.groups import copy_use
from clinic_app.modules.consultation.services.opening import LONGEST_REASON, reopen
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.people import queries as people

GUARD = "consultation.void_prescription"
_COPY = (
    "INSERT INTO prescription_line(id, prescription_id, line_no, drug_id, dose_text, frequency, days, route, quantity,"
    " is_quantity_typed, most_per_day, weekdays, is_long_term, note, reason)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def void_prescription(
    uow: UnitOfWork, prescription_id: bytes, reason: str, *, write_anew: bool = False
) -> dict[str, Any]:
    """Void a signed sheet (RX-18); with `write_anew` the note is opened again and the lines stand in a new draft.

    Refused `consultation.void_reason_missing`, `.other_doctor`, `.awaits_cosign` to write anew while a registered
    doctor reads the note (OR-07), or by a guard once it is paid; Stale when not signed.
    """
    sheet = queries.prescription(prescription_id)
    if sheet is None:
        raise Missing("consultation.sheet_missing")
    if sheet.doctor_id != uow.actor.person_id:
        raise Refused("consultation.other_doctor", doctor=people.names([sheet.doctor_id]).get(sheet.doctor_id, ""))
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.void_reason_missing", field="reason")
    if sheet.state != "signed":
        raise Stale("consultation.sheet_not_signed")
    uow.guard(GUARD, prescription_id=prescription_id)
    uow.change_one(
        "UPDATE prescription SET state = 'voided', voided_at = ?, voided_by = ?, void_reason = ?, rev = rev + 1"
        " WHERE id = ? AND state = 'signed'",
        (uow.at, uow.actor.person_id, why, prescription_id), Stale("consultation.sheet_not_signed"),
    )  # fmt: skip
    if write_anew:
        _copy_lines(uow, sheet, why)
    uow.audit(
        "consultation.void_prescription", prescription_id, patient_id=sheet.patient_id,
        prescription_no=sheet.prescription_no, reason=why,
    )  # fmt: skip
    uow.emit(
        events.PRESCRIPTION_VOIDED, prescription_id,
        {"prescription_id": prescription_id, "visit_id": sheet.visit_id, "reason": why}, (sheet.visit_id,),
    )  # fmt: skip
    return {"visit_id": sheet.visit_id.hex(), "prescription_no": sheet.prescription_no}


def _copy_lines(uow: UnitOfWork, sheet: queries.Prescription, why: str) -> None:
    """The same lines as drafts; a kept stop is decided again on the new sheet."""
    note = queries.note(sheet.visit_id)
    if note is not None and note.state == "awaiting":  # the doctor who co-signs has seen the rows that stand there
        raise Refused("consultation.awaits_cosign")
    if note is not None and note.state == "signed":
        reopen(uow, sheet.visit_id, why)
    draft = queries.draft_of_visit(sheet.visit_id)
    draft_id = draft.id if draft else ids.new_id()
    if draft is None:
        uow.execute(
            "INSERT INTO prescription(id, visit_id, patient_id, doctor_id, state, rev, valid_days, agent_name,"
            " agent_number, herb_doses, herb_form, herb_boiled, herb_use)"
            " VALUES(?, ?, ?, ?, 'draft', 1, ?, ?, ?, ?, ?, ?, ?)",
            (draft_id, sheet.visit_id, sheet.patient_id, uow.actor.person_id, sheet.valid_days, sheet.agent_name,
             sheet.agent_number, sheet.herb_doses, sheet.herb_form, sheet.herb_boiled, sheet.herb_use),
        )  # fmt: skip
    else:  # another window that shows this draft notices before it signs rows that it never saw
        uow.execute("UPDATE prescription SET rev = rev + 1 WHERE id = ?", (draft_id,))
    have = queries.lines_of(draft_id)
    drugs, last = {one.drug_id for one in have}, max((one.line_no for one in have), default=0)
    for place, one in enumerate((old for old in queries.lines_of(sheet.id) if old.drug_id not in drugs), last + 1):
        line_id = ids.new_id()
        uow.execute(
            _COPY,
            (line_id, draft_id, place, one.drug_id, one.dose_text, one.frequency, one.days, one.route,
             one.quantity, int(one.is_quantity_typed), one.most_per_day, one.weekdays, int(one.is_long_term), one.note,
             one.reason),
        )  # fmt: skip
        copy_use(uow, one.id, line_id)
