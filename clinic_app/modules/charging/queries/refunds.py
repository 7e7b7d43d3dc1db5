"""What can be taken back of a bill, what a refund would give, and the refunds that were made (退费)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.kernel.quantity import packs, packs_text
from clinic_app.modules.charging.queries.bills import Bill, BillLine, bill_lines, payments
from clinic_app.modules.charging.rules import BilledLine, Payment, RefundPlan, plan_refund
from clinic_app.modules.dictionaries import queries as dictionaries

_REFUNDS = """
SELECT r.id, r.bill_id, r.root_id, r.red_id, r.rest_id, r.reason, r.at, u.name, coalesce(d.name, ''),
    (SELECT coalesce(sum(y.amount_fen), 0) FROM refund_payment y WHERE y.refund_id = r.id)
FROM refund r JOIN person u ON u.id = r.refunded_by LEFT JOIN approval a ON a.id = r.approval_id
LEFT JOIN person d ON d.id = a.decided_by
"""


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund: the red document, the bill for the rest when there is one, who gave it, who approved it."""

    id: bytes
    bill_id: bytes
    root_id: bytes
    red_id: bytes
    rest_id: bytes | None
    reason: str
    at: int
    cashier_name: str
    approver_name: str
    amount_fen: int


def refund_plan(bill: Bill, taken: Mapping[bytes, int], on: date) -> RefundPlan:
    """What a refund of these lines leaves and gives back by today's coins; Refused as `rules.plan_refund`."""
    lines = [
        BilledLine(
            one.charge_line_id, one.item_name, one.category, one.quantity, one.pack_size, one.price_e4, one.amount_fen
        )
        for one in bill_lines(bill.id)
    ]  # fmt: skip
    paid = [Payment(one.method, one.amount_fen, one.reference) for one in payments(bill.id)]
    step = parameters.value("charging.cash_rounding_fen", on)
    return plan_refund(lines, taken, paid, waiver_fen=bill.waiver_fen, rounding_step_fen=step)


def refund_of_red(red_id: bytes) -> Refund | None:
    return db.read_one(Refund, f"{_REFUNDS} WHERE r.red_id = ?", (red_id,))


def refunds_of(root_id: bytes) -> list[Refund]:
    """Every refund of a bill and of the bills for its rest, oldest first."""
    return db.read(Refund, f"{_REFUNDS} WHERE r.root_id = ? ORDER BY r.at", (root_id,))


def refunded_unapproved(root_id: bytes) -> int:
    """Fen given back of a bill so far that nobody approved: it counts towards the limit of FE-11."""
    return sum(one.amount_fen for one in refunds_of(root_id) if not one.approver_name)


def refund_payments(refund_id: bytes) -> list[tuple[str, int]]:
    """(method, fen) of what was given back."""
    return [
        (method, fen)
        for method, fen in db.rows(
            "SELECT method, amount_fen FROM refund_payment WHERE refund_id = ? ORDER BY method", (refund_id,)
        )
    ]


def rest_unit_text(line: BillLine, quantity: int) -> str:
    """What is left of a line as it is sold, for paper: `1盒5粒`."""
    if quantity == line.quantity:
        return line.unit_text
    drug = dictionaries.drug(line.item_id) if line.item_kind == "drug" else None
    if drug is not None:
        return packs_text(packs(quantity, line.pack_size, drug.pack_unit, drug.min_unit))
    item = dictionaries.service(line.item_id)
    return f"{quantity}{item.unit if item else ''}"


def unit_of(line: BillLine) -> str:
    """The minimum unit of a billed line: what a refund counts in."""
    drug = dictionaries.drug(line.item_id) if line.item_kind == "drug" else None
    if drug is not None:
        return drug.min_unit
    item = dictionaries.service(line.item_id)
    return item.unit if item else ""
