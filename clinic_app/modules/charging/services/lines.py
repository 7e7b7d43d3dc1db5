"""Charge lines (收费明细): opened and withdrawn by earlier subjects' events, and what those may no longer do."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_app.kernel import db, parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.dictionaries import queries as dictionaries

SOURCES = ("visit", "prescription", "request", "skin_test", "course")
_OPEN = (
    "INSERT INTO charge_line(id, visit_id, patient_id, source_kind, source_id, source_line_id, line_no, item_kind,"
    " item_id, quantity, state, opened_at, opened_on, changed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)"
)
_WITHDRAW_VISIT = "UPDATE charge_line SET state = 'withdrawn', changed_at = ? WHERE visit_id = ? AND state = 'open'"
_PAID = "SELECT bill_id FROM charge_line WHERE visit_id = ? AND state = 'billed' LIMIT 1"
_WITHDRAW_SHEET = (
    "UPDATE charge_line SET state = 'withdrawn', changed_at = ?"
    " WHERE source_id = ? AND source_kind = 'prescription' AND state = 'open'"
)
_WITHDRAW_SOURCE = (
    "UPDATE charge_line SET state = 'withdrawn', changed_at = ? WHERE source_id = ? AND state = 'open'"
)
_WITHDRAW_LINE = (
    "UPDATE charge_line SET state = 'withdrawn', changed_at = ?"
    " WHERE source_id = ? AND source_line_id = ? AND state = 'open'"
)


def open_fee(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A registration with a number opens the fee that the parameter names, unless it is free (VS-04) or retired.

    Refused `charging.fee_item_missing` when the parameter names no item: a clinic must not lose its fee unnoticed.
    """
    code = parameters.value("dictionaries.registration_fee_item", uow.on)
    if not event["with_number"] or not code:
        return
    item = dictionaries.service_by_code(code)
    if item is None:
        raise Refused("charging.fee_item_missing", code_given=code)
    if item.is_disabled or dictionaries.price_on(item.id, uow.on) == 0:
        return
    visit_id = event["visit_id"]
    _open(uow, visit_id, event["patient_id"], ("visit", visit_id), [(item.id, "service", item.id, 1)])


def open_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A signed prescription opens one line for each of its drugs, but those the patient brought (自备药, IN-05)."""
    lines = [
        (line["line_id"], "drug", line["drug_id"], line["quantity"])
        for line in event["lines"] if not line.get("is_own")
    ]  # fmt: skip
    _open(uow, event["visit_id"], event["patient_id"], ("prescription", event["prescription_id"]), lines)


def open_lines(
    uow: UnitOfWork, visit_id: bytes, patient_id: bytes, source_kind: str, source_id: bytes,
    lines: Sequence[tuple[Any, str, bytes, int]],
) -> None:
    """Open charge lines for a later subject: (source_line_id, item_kind, item_id, quantity in minimum units) each."""
    if source_kind not in SOURCES:
        raise ValueError(f"nobody charges for a {source_kind}")
    _open(uow, visit_id, patient_id, (source_kind, source_id), lines)


def withdraw_lines(uow: UnitOfWork, source_id: bytes) -> None:
    """Withdraw what is still open of a source; what is paid stays, to be refunded."""
    uow.execute(_WITHDRAW_SOURCE, (uow.at, source_id))


def open_request(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A signed request (申请) opens one line for each of its services."""
    lines = [(line["line_id"], "service", line["item_id"], line["quantity"]) for line in event["lines"]]
    open_lines(uow, event["visit_id"], event["patient_id"], "request", event["request_id"], lines)


def withdraw_request(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A withdrawn request leaves nothing to pay; Refused `charging.request_paid` for a line that is paid already."""
    for line_id in event["line_ids"]:
        state = queries.line_states([event["request_id"]]).get((event["request_id"], line_id))
        if state is not None and state.state == "billed" and state.refunded < state.quantity:
            raise Refused("charging.request_paid")
        uow.execute(_WITHDRAW_LINE, (uow.at, event["request_id"], line_id))


def withdraw_visit(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A cancelled visit has nothing left to pay."""
    uow.execute(_WITHDRAW_VISIT, (uow.at, event["visit_id"]))


def withdraw_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A voided prescription has nothing left to pay."""
    uow.execute(_WITHDRAW_SHEET, (uow.at, event["prescription_id"]))


def refuse_voiding_paid_sheet(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.void_prescription`: Refused `charging.sheet_paid` until the cashier voids the receipt."""
    paid = queries.is_prescription_paid(facts["prescription_id"])
    bill = queries.bill(paid) if paid else None
    if bill is not None:
        raise Refused("charging.sheet_paid", receipt_no=bill.receipt_no, who=bill.cashier_name)


def refuse_cancelling_paid_visit(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `visits.cancel`: Refused `charging.visit_paid` once anything of the visit is paid."""
    paid = db.value(_PAID, (facts["visit_id"],))
    bill = queries.bill(paid) if paid else None
    if bill is not None:
        raise Refused("charging.visit_paid", receipt_no=bill.receipt_no, who=bill.cashier_name)


def _open(
    uow: UnitOfWork, visit_id: bytes, patient_id: bytes, source: tuple[str, bytes],
    lines: Sequence[tuple[Any, str, bytes, int]],
) -> None:
    on = uow.on.isoformat()
    uow.conn.executemany(
        _OPEN,
        [(new_id(), visit_id, patient_id, *source, source_line_id, line_no, item_kind, item_id, quantity, uow.at, on,
          uow.at) for line_no, (source_line_id, item_kind, item_id, quantity) in enumerate(lines, 1)],
    )  # fmt: skip
