"""Draft rows of a sheet (处方): written by the rev of the sheet, without key or audit, until it is signed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from clinic_app.kernel import ids
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import safety, words
from clinic_app.modules.consultation.queries.checking import Setting
from clinic_app.modules.consultation.queries.working_out import TypedLine, Worked, work_out
from clinic_app.modules.consultation.rules.wording import check_use
from clinic_app.modules.consultation.services.opening import Opened, writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries as stock

LONGEST_NOTE = 100
MOST_LINES = 40
_INSERT = (
    "INSERT INTO prescription_line(id, prescription_id, line_no, drug_id, dose_text, frequency, days, route, quantity,"
    " is_quantity_typed, most_per_day, weekdays, is_long_term, note, reason)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHANGE = (
    "UPDATE prescription_line SET dose_text = ?, frequency = ?, days = ?, route = ?, quantity = ?,"
    " is_quantity_typed = ?, most_per_day = ?, weekdays = ?, is_long_term = ?, note = ?, reason = ? WHERE id = ?"
)


def add_line(uow: UnitOfWork, visit_id: bytes, typed: TypedLine, rev: int) -> dict[str, Any]:
    """Store one row at the end of the draft sheet; returns `line_id`.

    Raises Stale `consultation.sheet_changed` when another window wrote since. Refused as `working_out.work_out`, and
    `consultation.allergy_unknown`, `.drug_twice`, `.not_enough_stock`, `.too_many_lines`.
    """
    opened = writable(uow, visit_id)
    sheet_id = touch(uow, opened, rev)
    if safety.safety_of(opened.visit.patient_id).state == "unknown":
        raise Refused("consultation.allergy_unknown", field="allergy")
    have = queries.lines_of(sheet_id)
    if len(have) >= MOST_LINES:
        raise Refused("consultation.too_many_lines", field="drug", most=MOST_LINES)
    line_no = max((one.line_no for one in have), default=0) + 1
    return {"line_id": insert(uow, opened, sheet_id, typed, line_no, have).hex()}


def insert(
    uow: UnitOfWork, opened: Opened, sheet_id: bytes, typed: TypedLine, line_no: int,
    have: Sequence[queries.PrescriptionLine], reason_then: str = "",
) -> bytes:
    """The new row's id; `have` are the rows that already stand on the sheet.

    `reason_then` is why it was given at an earlier visit: the row is taken in as if that still held, but stands without
    a reason, so that nothing is signed before its doctor gave one for today.
    """
    setting = setting_of(uow, opened)
    reason = typed.reason or reason_then
    worked = _worked(setting, replace(typed, reason=reason))
    setting.check_right(worked, reason)
    check_use(typed.note, line_no)
    if any(one.drug_id == worked.drug.id for one in have):
        raise Refused("consultation.drug_twice", field="drug", drug=words.named(worked.drug.name, worked.drug.name_en))
    require_stock(worked, stock.available(worked.drug.id, uow.on))
    line_id = ids.new_id()
    uow.execute(
        _INSERT,
        (line_id, sheet_id, line_no, worked.drug.id, worked.dose_text, worked.frequency.code, worked.days, worked.route,
         worked.quantity, int(worked.is_quantity_typed), worked.most_per_day, worked.weekdays,
         int(worked.is_long_term), *_remarks(typed)),
    )  # fmt: skip
    return line_id


def change_line(uow: UnitOfWork, visit_id: bytes, line_id: bytes, typed: TypedLine, rev: int) -> dict[str, Any]:
    """Store a row that was opened again; its drug stays. Raises as `add_line`, Missing for a line of another visit."""
    opened = writable(uow, visit_id)
    line = draft_line(visit_id, line_id)
    touch(uow, opened, rev)
    if typed.drug_id != line.drug_id:
        raise Missing("consultation.line_missing")
    setting = setting_of(uow, opened)
    worked = _worked(setting, typed)
    setting.check_right(worked, typed.reason)
    check_use(typed.note, line.line_no)
    forget_other_doses(uow, line_id, worked)
    require_stock(worked, stock.available(worked.drug.id, uow.on), queries.kept_stops_of(line_id))
    uow.execute(
        _CHANGE,
        (worked.dose_text, worked.frequency.code, worked.days, worked.route, worked.quantity,
         int(worked.is_quantity_typed), worked.most_per_day, worked.weekdays, int(worked.is_long_term),
         *_remarks(typed), line_id),
    )  # fmt: skip
    return {"line_id": line_id.hex()}


def setting_of(uow: UnitOfWork, opened: Opened) -> Setting:
    """What the rows of the visit are held against, with the acting doctor as prescriber."""
    return Setting(opened.visit, uow.on, uow.actor.person_id, note=opened.note)


def _worked(setting: Setting, typed: TypedLine) -> Worked:
    return work_out(typed, setting.on, situation=setting.situation(dictionaries.drug(typed.drug_id)))


def forget_other_doses(uow: UnitOfWork, line_id: bytes, worked: Worked) -> None:
    """A reason kept for a dose or a limit that does not hold any more would be printed beside another one."""
    still = {one.code for one in worked.stops}
    for kept in queries.kept_stops_of(line_id):
        if kept.kind == "dose" and kept.code not in still:
            uow.execute("DELETE FROM kept_stop WHERE line_id = ? AND kind = 'dose' AND code = ?", (line_id, kept.code))


def delete_line(uow: UnitOfWork, visit_id: bytes, line_id: bytes, rev: int) -> dict[str, Any]:
    """Take a row away at once; `restore_line` brings it back to its place."""
    opened = writable(uow, visit_id)
    line = draft_line(visit_id, line_id)
    touch(uow, opened, rev)
    uow.execute("UPDATE prescription_line SET deleted_at = ? WHERE id = ?", (uow.at, line_id))
    return {"line_id": line_id.hex(), "drug_id": line.drug_id.hex()}


def restore_line(uow: UnitOfWork, visit_id: bytes, line_id: bytes) -> dict[str, Any]:
    """Undo a removal; the rev goes on, so that other windows notice."""
    opened = writable(uow, visit_id)
    line = draft_line(visit_id, line_id, removed=True)
    sheet = queries.draft_of_visit(visit_id)
    touch(uow, opened, sheet.rev if sheet else 0)
    if any(one.drug_id == line.drug_id for one in queries.lines_of(line.prescription_id)):
        raise Stale("consultation.sheet_changed")
    uow.execute("UPDATE prescription_line SET deleted_at = NULL WHERE id = ?", (line_id,))
    return {"line_id": line_id.hex()}


def touch(uow: UnitOfWork, opened: Opened, rev: int) -> bytes:
    """The draft sheet of the visit, made at the first row (rev 0), with its rev one higher."""
    sheet = queries.draft_of_visit(opened.visit.id)
    if rev != (sheet.rev if sheet else 0):
        raise Stale("consultation.sheet_changed")
    if sheet is None:
        sheet_id = ids.new_id()
        uow.execute(
            "INSERT INTO prescription(id, visit_id, patient_id, doctor_id, state, rev) VALUES(?, ?, ?, ?, 'draft', 1)",
            (sheet_id, opened.visit.id, opened.visit.patient_id, uow.actor.person_id),
        )
        return sheet_id
    uow.execute("UPDATE prescription SET rev = rev + 1 WHERE id = ?", (sheet.id,))
    return sheet.id


def draft_line(visit_id: bytes, line_id: bytes, *, removed: bool = False) -> queries.PrescriptionLine:
    """A row of this visit's draft sheet; Missing for anything else."""
    line, sheet = queries.line(line_id), queries.draft_of_visit(visit_id)
    if line is None or sheet is None or line.prescription_id != sheet.id:
        raise Missing("consultation.line_missing")
    if not removed and line_id not in {one.id for one in queries.lines_of(sheet.id)}:
        raise Stale("consultation.sheet_changed")
    return line


def require_stock(worked: Worked, there: int, kept: Sequence[queries.KeptStop] = ()) -> None:
    """Refused `consultation.not_enough_stock` when the pharmacy has less `there` than the line hands out.

    A dose above its limit is the likelier mistake then and is named first: `consultation.dose_above_limit`. Not where
    the doctor `kept` it with a reason: a dose that was meant is no mistake.
    """
    meant = {one.code for one in kept if one.kind == "dose"}
    beyond = [one for one in worked.stops if one.code not in meant]
    if there < worked.quantity and beyond:
        raise Refused(
            "consultation.dose_above_limit", field="dose", drug=words.named(worked.drug.name, worked.drug.name_en),
            told=words.beyond(beyond[0], worked.drug), there=words.in_packs(there, worked.drug),
        )  # fmt: skip
    if there < worked.quantity:
        raise Refused(
            "consultation.not_enough_stock", field="quantity", drug=words.named(worked.drug.name, worked.drug.name_en),
            wanted=words.in_packs(worked.quantity, worked.drug), there=words.in_packs(there, worked.drug),
        )  # fmt: skip


def _remarks(typed: TypedLine) -> tuple[str, str]:
    return (
        one_line(typed.note, field="note", most=LONGEST_NOTE),
        one_line(typed.reason, field="reason", most=LONGEST_NOTE),
    )
