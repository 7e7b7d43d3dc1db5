"""Charge lines (收费明细): opened and withdrawn by earlier subjects' events, and what those may no longer do."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.services.included import refuse_included
from clinic_app.modules.visits import queries as visits

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


def open_fee(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A registration opens the general fee where `visits` says that it is due (VS-04, VS-06).

    Refused `charging.fee_item_missing` when the parameter names no item: a clinic must not lose its fee unnoticed.
    """
    if event["with_fee"]:
        open_due_fee(uow, event)


def open_due_fee(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """Subscriber of `visits.fee_due`: the fee of a cancelled visit falls on this one."""
    item = visits.fee_item(uow.on)
    if item is None:
        raise Refused("charging.fee_item_missing", code_given=visits.fee_item_code(uow.on))
    visit_id = event["visit_id"]
    _open(uow, visit_id, event["patient_id"], ("visit", visit_id), [(item.id, "service", item.id, 1)])


def open_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A signed prescription opens one line for each of its drugs."""
    lines = [(line["line_id"], "drug", line["drug_id"], line["quantity"]) for line in event["lines"]]
    _open(uow, event["visit_id"], event["patient_id"], ("prescription", event["prescription_id"]), lines)


def open_lines(
    uow: UnitOfWork, visit_id: bytes, patient_id: bytes, source_kind: str, source_id: bytes,
    lines: Sequence[tuple[Any, str, bytes, int]],
) -> None:  # fmt: skip
    """Open lines (source_line_id, item_kind, item_id, quantity) for a later subject; Refused `charging.included_in_fee`
    for a service that the general fee of the day pays already (VS-07)."""
    _open(uow, visit_id, patient_id, (source_kind, source_id), lines)


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


def refuse_new_payer_of_paid_visit(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `visits.change_payer`: Refused `charging.payer_paid` once anything of the visit is paid."""
    paid = db.value(_PAID, (facts["visit_id"],))
    bill = queries.bill(paid) if paid else None
    if bill is not None:
        raise Refused("charging.payer_paid", receipt_no=bill.receipt_no, who=bill.cashier_name)


def _open(
    uow: UnitOfWork, visit_id: bytes, patient_id: bytes, source: tuple[str, bytes],
    lines: Sequence[tuple[Any, str, bytes, int]],
) -> None:
    refuse_included(patient_id, [item_id for _line, kind, item_id, _quantity in lines if kind == "service"], uow.on)
    on = uow.on.isoformat()
    uow.conn.executemany(
        _OPEN,
        [(new_id(), visit_id, patient_id, *source, source_line_id, line_no, item_kind, item_id, quantity, uow.at, on,
          uow.at) for line_no, (source_line_id, item_kind, item_id, quantity) in enumerate(lines, 1)],
    )  # fmt: skip
