"""Commands of the pharmacy (药房): prepare, change batches, hand out; and what forbids voiding the bill afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.pharmacy import events, queries, rules
from clinic_app.modules.pharmacy.models import Dispense, Preparation
from clinic_app.modules.pharmacy.queries import Line, Payment, Review, Sheet, words
from clinic_app.modules.stock import services as stock
from sync.wire.canonical import canonical

_LINE = (
    "INSERT INTO dispense_line(dispense_id, line_no, line_id, drug_id, batch_id, quantity, drug_groups,"
    " drug_substances) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_END_PREPARATION = (
    "UPDATE preparation SET ended_at = ? WHERE prescription_id = ? AND bill_id = ? AND ended_at IS NULL"
)


def dispense(
    uow: UnitOfWork, prescription_id: bytes, line_ids_seen: Iterable[bytes | str], *, batches_seen: str | None = None
) -> dict[str, Any]:
    """Hand out a paid sheet (发药) from the batches held for it; `line_ids_seen` are the lines that were ticked.

    `batches_seen` is `batch_mark` of what the screen showed. Raises Missing; Stale `pharmacy.dispensed_meanwhile`,
    `.sheet_changed`, `.batches_changed`; Refused `pharmacy.not_paid`, `.sheet_expired` (RX-10), `.lines_unchecked`,
    `.allergy_unanswered` (O3), `.batch_expired`, `.not_reserved`, and with two signatures (RX-15) `.not_prepared`,
    `.second_person`. Returns {"dispense_id", "prescription_id", "prescription_no"}.
    """
    sheet, paid = _to_hand_out(uow, prescription_id)
    lines = queries.lines_of(sheet, uow.on)
    _check_seen(lines, line_ids_seen, batches_seen)
    review = _check_review(sheet, paid, lines)
    _check_batches(uow, sheet, lines)
    uow.guard(
        "pharmacy.dispense", prescription_id=sheet.id, visit_id=sheet.visit_id, patient_id=sheet.patient_id,
        line_ids=[line.id for line in lines],
    )  # fmt: skip
    preparer = _preparer(uow, paid)
    dispense_id = new_id()
    Dispense.insert(
        id=dispense_id, prescription_id=sheet.id, bill_id=paid.bill_id, visit_id=sheet.visit_id,
        patient_id=sheet.patient_id, prepared_by=preparer, dispensed_by=uow.actor.person_id,
        allergies=canonical(review.known).decode(), dispensed_at=uow.at, dispensed_on=uow.on.isoformat(),
    ).execute()  # fmt: skip
    told = _consume(uow, dispense_id, paid.bill_id, lines, review)
    uow.emit(
        events.DISPENSED, dispense_id,
        {"dispense_id": dispense_id, "prescription_id": sheet.id, "bill_id": paid.bill_id, "visit_id": sheet.visit_id,
         "patient_id": sheet.patient_id, "lines": told},
        parents=(sheet.id, paid.bill_id),
    )  # fmt: skip
    prepared = {} if preparer == uow.actor.person_id else {"prepared_by": preparer}
    uow.audit(
        "pharmacy.dispense", dispense_id, patient_id=sheet.patient_id, sheet=sheet.prescription_no, lines=len(lines),
        **prepared,
    )  # fmt: skip
    return _told(sheet) | {"dispense_id": dispense_id.hex()}


def prepare(
    uow: UnitOfWork, prescription_id: bytes, line_ids_seen: Iterable[bytes | str], *, batches_seen: str | None = None
) -> dict[str, Any]:
    """Put a sheet together for a second person to check and hand out (配药, RX-15); refuses as `dispense`.

    Stale `pharmacy.prepared_meanwhile` when somebody did it already.
    """
    sheet, paid = _to_hand_out(uow, prescription_id)
    lines = queries.lines_of(sheet, uow.on)
    _check_seen(lines, line_ids_seen, batches_seen)
    _check_review(sheet, paid, lines)
    _check_batches(uow, sheet, lines)
    if paid.prepared_by is not None:
        raise Stale("pharmacy.prepared_meanwhile", sheet=sheet.prescription_no)
    Preparation.insert(
        prescription_id=sheet.id, bill_id=paid.bill_id, prepared_by=uow.actor.person_id, prepared_at=uow.at
    ).execute()
    uow.audit("pharmacy.prepare", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no)
    return _told(sheet)


def reallocate(uow: UnitOfWork, prescription_id: bytes) -> dict[str, Any]:
    """Hold other batches instead of expired or frozen ones, first expiry first out (换批号, PH-05).

    What was put together with the old batches is to be put together again. Refused `pharmacy.no_other_batch` when
    none is left; then everything stays as it was.
    """
    sheet, paid = _to_hand_out(uow, prescription_id)
    try:
        own = frozenset(line.id for line in queries.lines_of(sheet, uow.on))  # a bill may have paid several sheets
        renewed = stock.renew(uow, paid.bill_id, line_ids=own)["renewed"]
    except Refused as err:
        if err.code != "stock.not_enough":
            raise
        raise Refused(
            "pharmacy.no_other_batch", drug=err.facts["item"], doctor=sheet.doctor_name, receipt_no=paid.receipt_no
        ) from None
    uow.execute(_END_PREPARATION, (uow.at, sheet.id, paid.bill_id))
    uow.audit("pharmacy.reallocate", sheet.id, patient_id=sheet.patient_id, sheet=sheet.prescription_no, lines=renewed)
    return _told(sheet) | {"renewed": renewed}


def refuse_voiding_dispensed_bill(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.void_bill`: Refused `pharmacy.already_dispensed` once any sheet of the bill is handed out."""
    found = queries.bill_is_dispensed(facts["bill_id"])
    if found is not None:
        sheet, at, who = found
        raise Refused("pharmacy.already_dispensed", sheet=sheet, at=_clock(at), who=who)


def batch_mark(lines: Sequence[Line]) -> str:
    """What batches and quantities a page showed, for the server to compare when the form comes back."""
    return ".".join(
        f"{batch.batch_id.hex()[-8:]}x{batch.quantity}" for line in lines for batch in line.batches
    )


def _to_hand_out(uow: UnitOfWork, prescription_id: bytes) -> tuple[Sheet, Payment]:
    """The sheet with the bill that paid it, when it may be handed out today."""
    uow.require_sure_date()
    sheet = queries.sheet(prescription_id)
    if sheet is None:
        raise Missing("pharmacy.missing")
    paid = sheet.paid
    if paid is not None and paid.dispensed_at is not None:
        raise Stale(
            "pharmacy.dispensed_meanwhile", sheet=sheet.prescription_no, who=paid.dispenser,
            at=_clock(paid.dispensed_at), next_url="/pharmacy",
        )  # fmt: skip
    if paid is None or sheet.state != "signed":
        raise Refused("pharmacy.not_paid", sheet=sheet.prescription_no, next_url="/pharmacy")
    rules.check_valid(
        date.fromisoformat(sheet.signed_on), uow.on, valid_days=parameters.value("pharmacy.valid_days", uow.on)
    )
    return sheet, paid


def _check_seen(lines: Sequence[Line], line_ids_seen: Iterable[bytes | str], batches_seen: str | None) -> None:
    try:
        seen = {one if isinstance(one, bytes) else bytes.fromhex(one) for one in line_ids_seen}
        missing = rules.unchecked([line.id for line in lines], seen)
    except ValueError:
        raise Stale("pharmacy.sheet_changed") from None
    if batches_seen is not None and batches_seen != batch_mark(lines):
        raise Stale("pharmacy.batches_changed")
    if missing:
        names = words.listed(words.drug_name(line) for line in lines if line.id in missing)
        raise Refused("pharmacy.lines_unchecked", field=f"line-{missing[0].hex()}", count=len(missing), names=names)


def _check_review(sheet: Sheet, paid: Payment, lines: Sequence[Line]) -> Review:
    """Refuse a drug that a known allergy speaks against and that no doctor kept with a reason (O3)."""
    review = queries.review(sheet, lines)
    if review.unanswered:
        first = review.unanswered[0]
        raise Refused(
            "pharmacy.allergy_unanswered", field=f"line-{first.line_id.hex()}", drug=first.drug, allergy=first.allergy,
            doctor=sheet.doctor_name, receipt_no=paid.receipt_no,
        )  # fmt: skip
    return review


def _check_batches(uow: UnitOfWork, sheet: Sheet, lines: Sequence[Line]) -> None:
    for line in lines:
        field = f"line-{line.id.hex()}"
        if expired := line.expired(uow.on):
            raise Refused(
                "pharmacy.batch_expired", field=field, drug=words.drug_name(line), batch_no=expired[0].batch_no,
                expires_on=expired[0].expires_on.isoformat(), next_url=f"/pharmacy/sheets/{sheet.id.hex()}",
            )  # fmt: skip
        if not line.is_held:
            raise Refused("pharmacy.not_reserved", field=field, drug=words.drug_name(line))


def _preparer(uow: UnitOfWork, paid: Payment) -> bytes:
    """Who put the sheet together: the same person where one signature is allowed, else somebody else (RX-15)."""
    if paid.prepared_by is None:
        if parameters.value("pharmacy.single_sign", uow.on):
            return uow.actor.person_id
        raise Refused("pharmacy.not_prepared")
    if paid.prepared_by == uow.actor.person_id and not parameters.value("pharmacy.single_sign", uow.on):
        raise Refused("pharmacy.second_person", who=uow.actor.name)
    return paid.prepared_by


def _consume(
    uow: UnitOfWork, dispense_id: bytes, bill_id: bytes, lines: Sequence[Line], review: Review
) -> list[dict[str, Any]]:
    """Move the held stock to the patient and write the same down as lines of the dispense, each with the contents of
    its drug that the review held against the allergies."""
    drugs = {line.id: line.drug.id for line in lines}
    moved = stock.consume(uow, source_id=bill_id, document_id=dispense_id, line_ids=frozenset(drugs))
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


def _clock(at_ms: int) -> str:
    return local(at_ms).strftime("%H:%M")
