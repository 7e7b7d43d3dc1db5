"""Charging a visit (收费): bill, payments, voucher, receipt number, reserved drugs and receipt in one command."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.money import yuan
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, events, queries
from clinic_app.modules.charging.queries import OpenLine
from clinic_app.modules.charging.rules import ARREARS, Line, Settlement, Tender, settle
from clinic_app.modules.charging.services.approvals import use_approval
from clinic_app.modules.charging.services.books import take_invoice
from clinic_app.modules.charging.services.holds import release_hold
from clinic_app.modules.charging.services.posting import post_bill
from clinic_app.modules.charging.services.references import refuse_used_references
from clinic_app.modules.charging.services.shifts import shift_of_actor
from clinic_app.modules.charging.services.storing import Document, StoredLine, store_document
from clinic_app.modules.stock import services as stock
from clinic_app.modules.visits import queries as visits

_TAKE = (
    "UPDATE charge_line SET state = 'billed', bill_id = ?, changed_at = ?"
    " WHERE id = ? AND visit_id = ? AND state = 'open'"
)


def charge_visit(
    uow: UnitOfWork, visit_id: bytes, *, lines_seen: Sequence[str], total_seen_fen: int, tenders: Sequence[Tender],
    invoice_seen: str | None = None,
) -> dict[str, Any]:
    """Take the money for chosen lines: `lines_seen` are hex ids, `total_seen_fen` the sum, as the screen showed them.

    Relief and arrears that were approved for the visit go into this bill (FE-17). `invoice_seen` is the number on the
    paper in the printer, where the clinic uses paper invoices (FE-06). Raises Stale `charging.already_charged`,
    `.lines_changed`, `.total_changed`; Refused `charging.no_price`, `.scan_reference_used`, those of `settle`,
    `take_invoice` and `stock.reserve`, and what a later subject says to a prescription (guard `charging.charge`).
    Nothing is stored then, no number is used (FE-02). Returns {"bill_id", "receipt_no", "due_fen", "change_fen",
    "owed_fen" (of the due, what stays owed), "invoice_no", "print_job"}.
    """
    uow.require_sure_date()
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    lines = _as_seen(uow, visit_id, lines_seen)
    sheets = dict.fromkeys(line.source_id for line in lines if line.source_kind == "prescription")
    uow.guard("charging.charge", visit_id=visit_id, prescription_ids=list(sheets))
    if unpriced := dict.fromkeys(line.name for line in lines if line.price_e4 is None):
        raise Refused("charging.no_price", items="、".join(unpriced))
    total = sum(line.amount_fen for line in lines)
    if total != total_seen_fen:
        raise Stale("charging.total_changed", seen=yuan(total_seen_fen), now=yuan(total))
    agreed = queries.concessions(visit_id)
    settlement = _settle(uow, lines, tenders, agreed)
    bill_id = new_id()
    receipt_no, invoice_no = _store(uow, bill_id, visit, lines, settlement, invoice_seen)
    for approval in agreed:
        use_approval(uow, approval.id, bill_id)
    release_hold(uow, visit_id)
    drugs = [(line.source_line_id, line.item_id, line.quantity) for line in lines if line.item_kind == "drug"]
    if drugs:
        stock.reserve(uow, source_id=bill_id, lines=drugs)
    uow.emit(events.BILL_PAID, bill_id, _event(bill_id, receipt_no, visit, lines, settlement), parents=(visit_id,))
    uow.audit(
        "charging.charge_visit", bill_id, patient_id=visit.patient_id,
        receipt_no=receipt_no, total_fen=settlement.total_fen, lines=len(lines),
    )
    receipt = documents.receipt_with_cash(bill_id, [one.method for one in settlement.payments])
    job = uow.print_job(documents.RECEIPT, bill_id, receipt, patient_id=visit.patient_id)
    return {
        "bill_id": bill_id.hex(), "receipt_no": receipt_no, "due_fen": settlement.due_fen + settlement.rounding_fen,
        "change_fen": settlement.change_fen, "invoice_no": invoice_no, "print_job": job.hex(),
        "owed_fen": sum(one.amount_fen for one in settlement.payments if one.method == ARREARS),
    }  # fmt: skip


def _settle(
    uow: UnitOfWork, lines: list[OpenLine], tenders: Sequence[Tender], agreed: Sequence[queries.Approval]
) -> Settlement:
    """The settlement with what was approved beforehand; the person at the window hands over the rest."""
    relief = sum(one.amount_fen for one in agreed if one.kind == queries.RELIEF)
    owed = [Tender(ARREARS, one.amount_fen) for one in agreed if one.kind == queries.ARREARS]
    settlement = settle(
        [Line(line.category, line.amount_fen, line.name) for line in lines], [*tenders, *owed],
        parameters.value("charging.cash_rounding_fen", uow.on), waiver_fen=relief, methods=queries.usable_methods(),
    )  # fmt: skip
    refuse_used_references(settlement.payments)
    return settlement


def _as_seen(uow: UnitOfWork, visit_id: bytes, lines_seen: Sequence[str]) -> list[OpenLine]:
    """The open lines that the screen showed, prescriptions whole, else Stale."""
    seen = set(lines_seen)
    if not seen:
        raise Refused("charging.nothing_to_charge")
    open_now = queries.open_lines(visit_id, uow.on)
    chosen = [line for line in open_now if line.id.hex() in seen]
    whole = {line.source_id for line in chosen if not line.is_divisible}
    is_whole = all(line.id.hex() in seen for line in open_now if line.source_id in whole)
    if is_whole and len(chosen) == len(seen):
        return chosen
    gone = seen - {line.id.hex() for line in chosen}
    taken = queries.bill_that_took([bytes.fromhex(one) for one in sorted(gone) if _is_id(one)])
    if taken is not None and taken.visit_id == visit_id:
        raise Stale(
            "charging.already_charged", next_url=f"/charging/bills/{taken.id.hex()}", who=taken.cashier_name,
            at=local(taken.paid_at).strftime("%H:%M"), receipt_no=taken.receipt_no,
        )
    raise Stale("charging.lines_changed", next_url=f"/charging/visits/{visit_id.hex()}")


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(letter in "0123456789abcdef" for letter in text)


def _store(
    uow: UnitOfWork, bill_id: bytes, visit: visits.Visit, lines: list[OpenLine], settlement: Settlement,
    invoice_seen: str | None,
) -> tuple[str, str]:
    shift_id = shift_of_actor(uow)
    document = Document(
        visit.id, visit.patient_id, shift_id, settlement.total_fen, settlement.waiver_fen, settlement.rounding_fen,
        settlement.cash_tendered_fen, settlement.change_fen,
    )  # fmt: skip
    stored = [
        StoredLine(
            line.id, line.name, line.unit_text, line.quantity, line.pack_size, line.price_e4 or 0, line.amount_fen,
            line.category,
        )
        for line in lines
    ]  # fmt: skip
    receipt_no = store_document(uow, bill_id, document, stored, settlement.payments)
    _take(uow, bill_id, visit.id, lines)
    invoice_no = take_invoice(uow, bill_id, invoice_seen)
    post_bill(
        uow, bill_id, shift_id, payments=settlement.payments, waiver_fen=settlement.waiver_fen,
        rounding_fen=settlement.rounding_fen, categories=settlement.categories,
    )  # fmt: skip
    return receipt_no, invoice_no


def _take(uow: UnitOfWork, bill_id: bytes, visit_id: bytes, lines: list[OpenLine]) -> None:
    """Close the lines one by one; each must still be open or somebody was faster."""
    gone = Stale("charging.lines_changed", next_url=f"/charging/visits/{visit_id.hex()}")
    for line in lines:
        uow.change_one(_TAKE, (bill_id, uow.at, line.id, visit_id), gone)


def _event(
    bill_id: bytes, receipt_no: str, visit: visits.Visit, lines: list[OpenLine], settlement: Settlement
) -> dict[str, Any]:
    return {
        "bill_id": bill_id, "receipt_no": receipt_no, "visit_id": visit.id, "patient_id": visit.patient_id,
        "total_fen": settlement.total_fen,
        "lines": [
            {"source_kind": line.source_kind, "source_id": line.source_id,
             "source_line_id": line.source_line_id, "item_kind": line.item_kind, "item_id": line.item_id,
             "quantity": line.quantity, "amount_fen": line.amount_fen}
            for line in lines
        ],
    }  # fmt: skip
