"""Charge lines (收费明细): opened and withdrawn by earlier subjects' events, and what those may no longer do."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import SOURCE_KINDS
from clinic_app.modules.charging.services.approvals import withdraw_asked
from clinic_app.modules.charging.services.holds import release_hold
from clinic_app.modules.charging.services.included import refuse_included
from clinic_app.modules.visits import queries as visits

LineId = bytes | int
_OPEN = (
    "INSERT INTO charge_line(id, visit_id, patient_id, source_kind, source_id, source_line_id, line_no, item_kind,"
    " item_id, quantity, state, opened_at, opened_on, changed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)"
    " ON CONFLICT(source_id, source_line_id) WHERE state <> 'withdrawn' DO NOTHING"
)
_WITHDRAW_VISIT = "UPDATE charge_line SET state = 'withdrawn', changed_at = ? WHERE visit_id = ? AND state = 'open'"
_PAID = (
    "SELECT bill_id FROM charge_line WHERE visit_id = ? AND state = 'billed' AND refunded < quantity LIMIT 1"
)
_WITHDRAW_SOURCE = (
    "UPDATE charge_line SET state = 'withdrawn', changed_at = ?"
    " WHERE source_id = ? AND source_kind = ? AND state = 'open' AND (? IS NULL OR source_line_id = ?)"
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
    open_lines(uow, visit_id, event["patient_id"], "visit", visit_id, [(item.id, "service", item.id, 1)])


def open_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A signed prescription opens one line for each of its drugs, but those the patient brought (自备药, IN-05)."""
    charged = [line for line in event["lines"] if not line.get("is_own")]
    lines = [(line["line_id"], "drug", line["drug_id"], line["quantity"]) for line in charged]
    open_lines(uow, event["visit_id"], event["patient_id"], "prescription", event["prescription_id"], lines)


def open_request(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A signed request (申请单) opens one line for each of its service items."""
    lines = [(line["line_id"], "service", line["item_id"], line["quantity"]) for line in event["lines"]]
    open_lines(uow, event["visit_id"], event["patient_id"], "request", event["request_id"], lines)


def withdraw_visit(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A cancelled visit has nothing left to pay; what was asked for it or held of it waits for nobody."""
    uow.execute(_WITHDRAW_VISIT, (uow.at, event["visit_id"]))
    withdraw_asked(uow, event["visit_id"])
    release_hold(uow, event["visit_id"])


def withdraw_sheet(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A voided prescription has nothing left to pay."""
    withdraw_lines(uow, "prescription", event["prescription_id"])


def withdraw_request(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """The lines of a request that the doctor took back are no more to be paid; a paid one takes a refund first."""
    _refuse_if_paid(event["request_id"], event["line_ids"])
    for line_id in event["line_ids"]:
        withdraw_lines(uow, "request", event["request_id"], line_id)


def refuse_voiding_paid_sheet(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.void_prescription`: Refused `charging.sheet_paid` until the cashier voids the receipt."""
    paid = queries.is_prescription_paid(facts["prescription_id"])
    bill = queries.bill(paid) if paid else None
    if bill is not None:
        raise Refused("charging.sheet_paid", receipt_no=bill.receipt_no, who=bill.cashier_name)


def refuse_cancelling_paid_visit(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `visits.cancel`: Refused `charging.visit_paid` once anything of the visit is paid."""
    _refuse_if_visit_paid("charging.visit_paid", facts["visit_id"])


def refuse_new_payer_of_paid_visit(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `visits.change_payer`: Refused `charging.payer_paid` once anything of the visit is paid."""
    _refuse_if_visit_paid("charging.payer_paid", facts["visit_id"])


def open_lines(
    uow: UnitOfWork, visit_id: bytes, patient_id: bytes, source_kind: str, source_id: bytes,
    lines: Sequence[tuple[LineId, str, bytes, int]],
) -> None:
    """Open what a source has to be paid for; `lines` are (source line id, item kind, item id, quantity).

    Later subjects call it for what they charge themselves (a skin test, a course of treatment). A source line that is
    open or paid already is not opened twice. Quantities in minimum units; ValueError for an unknown source kind;
    Refused `charging.included_in_fee` for a service that the general fee of the day pays already (VS-07).
    """
    if source_kind not in SOURCE_KINDS:
        raise ValueError(f"no charge lines of {source_kind!r}")
    refuse_included(patient_id, [item_id for _line, kind, item_id, _quantity in lines if kind == "service"], uow.on)
    on = uow.on.isoformat()
    uow.conn.executemany(
        _OPEN,
        [(new_id(), visit_id, patient_id, source_kind, source_id, source_line_id, line_no, item_kind, item_id, quantity,
          uow.at, on, uow.at) for line_no, (source_line_id, item_kind, item_id, quantity) in enumerate(lines, 1)],
    )  # fmt: skip


def withdraw_lines(
    uow: UnitOfWork, source_kind: str, source_id: bytes, source_line_id: LineId | None = None
) -> None:
    """What is still open of a source, or of one line of it, is no more to be paid; what is paid stays as it is."""
    uow.execute(_WITHDRAW_SOURCE, (uow.at, source_id, source_kind, source_line_id, source_line_id))


def _refuse_if_visit_paid(code: str, visit_id: bytes) -> None:
    paid = db.value(_PAID, (visit_id,))
    bill = queries.bill(paid) if paid else None
    if bill is not None:
        raise Refused(code, receipt_no=bill.receipt_no, who=bill.cashier_name)


def _refuse_if_paid(source_id: bytes, line_ids: Sequence[LineId]) -> None:
    states = queries.line_states([source_id])
    for line_id in line_ids:
        state = states.get((source_id, line_id))
        if state is not None and state.is_paid:
            taken = queries.bill_that_took([state.charge_line_id])
            receipt_no, who = (taken.receipt_no, taken.cashier_name) if taken else ("", "")
            raise Refused("charging.request_paid", receipt_no=receipt_no, who=who)
