"""The conversation between pharmacy and doctor about a sheet (审方、质疑、退回、延长有效期)."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.pharmacy import events, queries, rules
from clinic_app.modules.pharmacy.queries import Sheet
from clinic_app.modules.pharmacy.services import checks

_REVIEW = (
    "INSERT INTO sheet_review(prescription_id, outcome, reason, reviewed_by, reviewed_at) VALUES(?, ?, ?, ?, ?)"
)
_ASK = (
    "INSERT INTO sheet_question(id, prescription_id, doctor_id, question, asked_by, asked_at) VALUES(?, ?, ?, ?, ?, ?)"
)
_ANSWER = (
    "UPDATE sheet_question SET decision = ?, answer = ?, answered_by = ?, answered_at = ?"
    " WHERE id = ? AND decision IS NULL"
)
_EXTEND = (
    "INSERT INTO sheet_extension(prescription_id, valid_days, reason, extended_by, extended_at) VALUES(?, ?, ?, ?, ?)"
)
DECISIONS = ("keep", "change")
LONGEST_TEXT = 100


def pass_review(uow: UnitOfWork, prescription_id: bytes) -> dict[str, Any]:
    """Find a signed sheet in order (审核通过), paid or not yet; a pharmacist does (RX-15)."""
    sheet = _standing_sheet(prescription_id)
    checks.check_grade(uow, "review")
    standing = queries.standing(sheet.id)
    if standing.last is not None and standing.last.what == "asked":
        raise Refused("pharmacy.question_open", doctor=sheet.doctor_name, question=standing.last.text)
    if standing.passed is not None:
        raise Stale("pharmacy.reviewed_meanwhile", who=standing.passed.person)
    uow.execute(_REVIEW, (sheet.id, "passed", "", uow.actor.person_id, uow.at))
    uow.audit("pharmacy.pass_review", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return {"prescription_id": sheet.id.hex()}


def reject_sheet(uow: UnitOfWork, prescription_id: bytes, reason: str) -> dict[str, Any]:
    """Send a sheet back to its doctor (退回医生); it is not handed out until a pharmacist passes it after all."""
    sheet = _standing_sheet(prescription_id)
    checks.check_grade(uow, "review")
    standing = queries.standing(sheet.id)
    if standing.last is not None and standing.last.what == "rejected":
        raise Stale("pharmacy.sent_back", who=standing.last.person, reason=standing.last.text)
    question_id = queries.open_question_of(sheet.id)
    if question_id is not None:
        _close(uow, question_id, "withdrawn", "")
    why = _text(reason, "reason")
    uow.execute(_REVIEW, (sheet.id, "rejected", why, uow.actor.person_id, uow.at))
    uow.emit(
        events.SHEET_REJECTED, sheet.id,
        {"prescription_id": sheet.id, "visit_id": sheet.visit_id, "doctor_id": sheet.doctor_id, "reason": why},
    )  # fmt: skip
    uow.audit("pharmacy.reject_sheet", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return {"prescription_id": sheet.id.hex()}


def ask_doctor(uow: UnitOfWork, prescription_id: bytes, question: str) -> dict[str, Any]:
    """Ask the doctor about a sheet (质疑); it waits for the answer, one question at a time.

    Stale `pharmacy.asked_meanwhile`, and `.dispensed_meanwhile` once all of it is handed out.
    """
    sheet = _standing_sheet(prescription_id)
    if queries.open_question_of(sheet.id) is not None:
        raise Stale("pharmacy.asked_meanwhile", doctor=sheet.doctor_name)
    question_id, asked = new_id(), _text(question, "question")
    uow.execute(_ASK, (question_id, sheet.id, sheet.doctor_id, asked, uow.actor.person_id, uow.at))
    uow.audit("pharmacy.ask_doctor", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return {"question_id": question_id.hex()}


def withdraw_question(uow: UnitOfWork, prescription_id: bytes) -> dict[str, Any]:
    """Take the open question back: it was settled in person (不问了)."""
    question_id = queries.open_question_of(prescription_id)
    if question_id is None:
        raise Stale("pharmacy.answered_meanwhile")
    _close(uow, question_id, "withdrawn", "")
    uow.audit("pharmacy.withdraw_question", prescription_id)
    return {"question_id": question_id.hex()}


def answer_question(uow: UnitOfWork, question_id: bytes, decision: str, answer: str) -> dict[str, Any]:
    """The doctor's answer: `keep` hands out as written, `change` means the doctor writes anew.

    Only the doctor who wrote the sheet answers; Stale `pharmacy.answered_meanwhile` for a second answer.
    """
    asked = queries.question(question_id)
    if asked is None:
        raise Missing("pharmacy.question_missing")
    if asked.doctor_id != uow.actor.person_id:
        raise Denied("pharmacy.not_your_sheet", doctor=asked.doctor)
    if decision not in DECISIONS:
        raise Refused("pharmacy.no_decision", field="decision")
    _close(uow, question_id, decision, _text(answer, "answer"))
    uow.audit("pharmacy.answer_question", asked.prescription_id, patient_id=asked.patient_id, decision=decision)
    return {"prescription_id": asked.prescription_id.hex()}


def extend_validity(uow: UnitOfWork, prescription_id: bytes, valid_days: int, reason: str) -> dict[str, Any]:
    """The prescriber lets a sheet hold longer (延长有效期): up to 3 days, the issue day being day 1 (RX-10)."""
    uow.require_sure_date()
    sheet = _standing_sheet(prescription_id)
    if sheet.doctor_id != uow.actor.person_id:
        raise Denied("pharmacy.not_your_sheet", doctor=sheet.doctor_name)
    most = parameters.value("pharmacy.longest_valid_days", uow.on)
    rules.check_extension(sheet.valid_days(uow.on), valid_days, most)
    if sheet.extended_days is not None:
        raise Stale("pharmacy.extended_meanwhile", until=sheet.valid_until(uow.on).isoformat())
    uow.execute(_EXTEND, (sheet.id, valid_days, _text(reason, "reason"), uow.actor.person_id, uow.at))
    uow.audit("pharmacy.extend_validity", sheet.id, patient_id=sheet.patient_id, valid_days=valid_days)
    return {"prescription_id": sheet.id.hex()}


def _standing_sheet(prescription_id: bytes) -> Sheet:
    """A signed sheet of which nothing or not all is handed out."""
    sheet = queries.sheet(prescription_id)
    if sheet is None:
        raise Missing("pharmacy.missing")
    if sheet.state != "signed":
        raise Refused("pharmacy.sheet_voided", sheet=sheet.prescription_no, next_url="/pharmacy")
    if sheet.is_dispensed:
        raise Refused("pharmacy.all_given", sheet=sheet.prescription_no, next_url="/pharmacy")
    return sheet


def _close(uow: UnitOfWork, question_id: bytes, decision: str, answer: str) -> None:
    uow.change_one(
        _ANSWER, (decision, answer, uow.actor.person_id, uow.at, question_id), Stale("pharmacy.answered_meanwhile")
    )


def _text(typed: str, field: str) -> str:
    told = " ".join(typed.split())
    if not 2 <= len(told) <= LONGEST_TEXT:
        raise Refused("pharmacy.text_length", field=field, most=LONGEST_TEXT)
    return told
