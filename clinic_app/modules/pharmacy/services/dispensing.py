"""Commands of the window (发药窗): prepare, put back, change batches, hand out, wholly or in part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.pharmacy import events, queries, rules
from clinic_app.modules.pharmacy.models import Dispense, Preparation
from clinic_app.modules.pharmacy.queries import Line, Payment, Review, Sheet
from clinic_app.modules.pharmacy.services import checks, controlled, queueing, tracing
from clinic_app.modules.stock import services as stock
from sync.wire.canonical import canonical

_LINE = (
    "INSERT INTO dispense_line(dispense_id, line_no, line_id, drug_id, batch_id, quantity, drug_groups,"
    " drug_substances) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_END_PREPARATION = (
    "UPDATE preparation SET ended_at = ? WHERE prescription_id = ? AND bill_id = ? AND ended_at IS NULL"
)
SHORT_REASONS = ("out_of_stock", "patient_wish", "fetch_later")


def dispense(
    uow: UnitOfWork, prescription_id: bytes, line_ids_seen: Iterable[bytes | str], *, batches_seen: str | None = None,
    parts_seen: int | None = None, quantities: Mapping[str, int] | None = None, short_reason: str = "",
    traces: Iterable[str] = (),
) -> dict[str, Any]:
    """Hand out a paid sheet (发药) from the batches held for it; `line_ids_seen` are the lines that were ticked.

    `batches_seen` is `batch_mark` of what the screen showed, `parts_seen` how often something had been handed out.
    `quantities` (hex line id to minimum units) gives less than is left: the rest is owed (欠药) for `short_reason`.
    `traces` are scanned codes as `<hex line id>:<code>`. Raises Missing; Stale `pharmacy.dispensed_meanwhile`,
    `.sheet_changed`, `.batches_changed`; Refused `pharmacy.not_paid`, `.sheet_expired` (RX-10), `.lines_unchecked`,
    `.allergy_unanswered` (O3), `.batch_expired`, `.not_reserved`, `.question_open`, `.sent_back`, `.short_reason`, and
    where two must sign (RX-15, PH-16) `.not_prepared`, `.second_person`. Returns {"dispense_id", "prescription_id",
    "prescription_no", "left"}.
    """
    sheet, paid = checks.to_hand_out(uow, prescription_id, parts_seen)
    standing = checks.check_standing(sheet)
    lines = queries.lines_of(sheet, uow.on)
    given = checks.wanted(lines, quantities)
    left = paid.left - sum(given.values())
    if left and short_reason not in SHORT_REASONS:
        raise Refused("pharmacy.short_reason", field="short_reason")
    checks.check_seen(lines, given, line_ids_seen, batches_seen)
    review = checks.check_review(sheet, paid, lines)
    checks.check_batches(uow, sheet, lines, given)
    checks.check_grade(uow, "check")
    preparer = _preparer(uow, paid, [line for line in lines if line.id in given])
    reviewed_by = checks.reviewer(uow, sheet, standing)
    uow.guard(
        "pharmacy.dispense", prescription_id=sheet.id, visit_id=sheet.visit_id, patient_id=sheet.patient_id,
        line_ids=list(given),
    )  # fmt: skip
    dispense_id = new_id()
    Dispense.insert(
        id=dispense_id, prescription_id=sheet.id, part_no=paid.parts + 1, bill_id=paid.bill_id, visit_id=sheet.visit_id,
        patient_id=sheet.patient_id, reviewed_by=reviewed_by, prepared_by=preparer, dispensed_by=uow.actor.person_id,
        allergies=canonical(review.known).decode(), short_reason=short_reason if left else "", dispensed_at=uow.at,
        dispensed_on=uow.on.isoformat(),
    ).execute()  # fmt: skip
    told = _consume(uow, dispense_id, paid.bill_id, lines, review, given)
    uow.execute(_END_PREPARATION, (uow.at, sheet.id, paid.bill_id))
    queueing.drop_given(uow, sheet.id)
    controlled.register_dispensed(uow, dispense_id, sheet, lines, told, preparer)
    tracing.sell(uow, dispense_id, lines, given, traces)
    uow.emit(
        events.DISPENSED, dispense_id,
        {"dispense_id": dispense_id, "prescription_id": sheet.id, "bill_id": paid.bill_id, "visit_id": sheet.visit_id,
         "patient_id": sheet.patient_id, "lines": told},
        parents=(sheet.id, paid.bill_id),
    )  # fmt: skip
    signed = {} if preparer == uow.actor.person_id else {"prepared_by": preparer}
    uow.audit(
        "pharmacy.dispense", dispense_id, patient_id=sheet.patient_id, sheet=sheet.prescription_no, lines=len(given),
        **({"owed": left} if left else {}), **signed,
    )  # fmt: skip
    return _told(sheet) | {"dispense_id": dispense_id.hex(), "left": left}


def prepare(
    uow: UnitOfWork, prescription_id: bytes, line_ids_seen: Iterable[bytes | str], *, batches_seen: str | None = None,
    parts_seen: int | None = None, quantities: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Put a sheet together for a second person to check and hand out (配药, RX-15); refuses as `dispense`.

    A pharmacist reviews by it; an assistant prepares what a pharmacist reviewed, else `pharmacy.not_reviewed`. Stale
    `pharmacy.prepared_meanwhile` when somebody did it already.
    """
    sheet, paid = checks.to_hand_out(uow, prescription_id, parts_seen)
    standing = checks.check_standing(sheet)
    lines = queries.lines_of(sheet, uow.on)
    given = checks.wanted(lines, quantities)
    checks.check_seen(lines, given, line_ids_seen, batches_seen)
    checks.check_review(sheet, paid, lines)
    checks.check_batches(uow, sheet, lines, given)
    checks.check_grade(uow, "prepare")
    if paid.prepared_by is not None:
        raise Stale("pharmacy.prepared_meanwhile", sheet=sheet.prescription_no)
    checks.reviewer(uow, sheet, standing)
    Preparation.insert(
        prescription_id=sheet.id, bill_id=paid.bill_id, prepared_by=uow.actor.person_id, prepared_at=uow.at
    ).execute()
    uow.audit("pharmacy.prepare", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return _told(sheet)


def put_back(uow: UnitOfWork, prescription_id: bytes) -> dict[str, Any]:
    """Put what was prepared back on the shelf (放回货架): the sheet is to be put together again, its goods stay held.

    Also past the sheet's validity, when nobody may hand it out any more. Raises Missing; Stale
    `pharmacy.put_back_meanwhile` when nothing of it stands prepared.
    """
    sheet = queries.sheet(prescription_id)
    if sheet is None:
        raise Missing("pharmacy.missing")
    checks.check_grade(uow, "prepare")
    if sheet.paid is None or sheet.paid.prepared_by is None:
        raise Stale("pharmacy.put_back_meanwhile", sheet=sheet.prescription_no)
    uow.execute(_END_PREPARATION, (uow.at, sheet.id, sheet.paid.bill_id))
    uow.audit("pharmacy.put_back", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return _told(sheet)


def reallocate(uow: UnitOfWork, prescription_id: bytes) -> dict[str, Any]:
    """Hold batches anew (重新留货): instead of expired or frozen ones, for what lapsed, for what is owed (PH-05).

    First expiry first out, as far as the shelf goes. What was put together with the old batches is to be put together
    again. Refused `pharmacy.no_other_batch` when nothing at all can be held for the sheet; then all stays as it was.
    """
    sheet, paid = checks.to_hand_out(uow, prescription_id)
    open_lines = [line for line in queries.lines_of(sheet, uow.on) if line.left]
    missing = [line for line in open_lines if line.held < line.left or _is_unusable(line)]
    held = stock.top_up(
        uow, source_id=paid.bill_id, lines=[(line.id, line.drug.id, line.left) for line in missing]
    )["held"]
    if missing and not any(line.held for line in queries.lines_of(sheet, uow.on)):
        raise Refused(
            "pharmacy.no_other_batch", drug=queries.words.drug_name(missing[0]), doctor=sheet.doctor_name,
            receipt_no=paid.receipt_no,
        )  # fmt: skip
    uow.execute(_END_PREPARATION, (uow.at, sheet.id, paid.bill_id))
    uow.audit("pharmacy.reallocate", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no, lines=held)
    return _told(sheet) | {"renewed": held}


def _is_unusable(line: Line) -> bool:
    return any(batch.state in ("expired", "frozen") for batch in line.batches)


def _preparer(uow: UnitOfWork, paid: Payment, lines: Sequence[Line]) -> bytes:
    """Who put the sheet together: the same person where one signature is allowed, else somebody else (RX-15)."""
    single = parameters.value("pharmacy.single_sign", uow.on)
    needs_two = rules.needs_two((line.drug.controlled_class for line in lines), is_single_sign=single)
    if paid.prepared_by is None:
        if not needs_two:
            return uow.actor.person_id
        raise Refused("pharmacy.not_prepared")
    if paid.prepared_by == uow.actor.person_id and needs_two:
        raise Refused("pharmacy.second_person", who=uow.actor.name)
    return paid.prepared_by


def _consume(
    uow: UnitOfWork, dispense_id: bytes, bill_id: bytes, lines: Sequence[Line], review: Review,
    given: Mapping[bytes, int],
) -> list[dict[str, Any]]:
    """Move the held stock to the patient and write the same down as lines of the dispense, each with the contents of
    its drug that the review held against the allergies."""
    drugs = {line.id: line.drug.id for line in lines}
    moved = stock.consume(
        uow, source_id=bill_id, document_id=dispense_id, line_ids=frozenset(given), quantities=given
    )
    told = [
        {"line_id": line_id, "drug_id": drugs[line_id], "batch_id": batch_id, "quantity": quantity}
        for line_id, batch_id, quantity in moved
        if isinstance(line_id, bytes)
    ]
    uow.conn.executemany(
        _LINE,
        [
            (dispense_id, line_no, one["line_id"], one["drug_id"], one["batch_id"], one["quantity"],
             *(canonical(list(codes)).decode() for codes in review.contents[one["line_id"]]))
            for line_no, one in enumerate(told, 1)
        ],
    )  # fmt: skip
    return told


def _told(sheet: Sheet) -> dict[str, Any]:
    return {"prescription_id": sheet.id.hex(), "prescription_no": sheet.prescription_no}
