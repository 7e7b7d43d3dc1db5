"""Papers of charging: the receipt (门诊收费小票) and the slip of a closed shift (交班单), in Chinese on any screen."""

from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import installation, jobs
from clinic_app.kernel.clock import local, local_text
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import queries
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits

RECEIPT, SHIFT_SLIP = "charging.receipt", "charging.shift_slip"


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """What a receipt says, ready to print; an amount that is empty has no line on the paper."""

    clinic: str
    receipt_no: str
    desk_cashier: str
    paid: str
    name: str
    sex_age: str
    visit_no: str
    place: str
    items: list[dict[str, str]]
    categories: list[dict[str, str]]
    count: int
    total: str
    waiver: str
    rounding: str
    scan: str
    scan_references: str
    cash: str
    tendered: str
    change: str
    fetch_drugs: bool

    def model(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ShiftSlip:
    """What the slip of a shift says (FE-13); `counted` and `difference` are empty when nobody counted the drawer."""

    clinic: str
    cashier: str
    opened: str
    closed: str
    range: str
    bills: int
    voids: int
    voided: list[dict[str, str]]
    categories: list[dict[str, str]]
    income: str
    relief: str
    rounding: str
    cash: str
    scan: str
    counted: str
    difference: str
    closer: str
    witness: str
    reason: str

    def model(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def receipt(bill_id: bytes) -> ReceiptPaper:
    """The receipt of a bill; Missing for an unknown one."""
    bill = queries.bill(bill_id)
    visit = visits.row(bill.visit_id) if bill else None
    if bill is None or visit is None:
        raise Missing("charging.bill_missing")
    lines, payments = queries.bill_lines(bill_id), queries.payments(bill_id)
    paid = {method: sum(one.amount_fen for one in payments if one.method == method) for method in ("cash", "scan")}
    desk = desks.desk(bill.desk_id) if bill.desk_id else None
    day = local(bill.paid_at).date()
    age = patients.age_text(visit.born_on, day, is_estimated=visit.is_birth_estimated, in_source=True)
    sex = patients.sex_text(visit.sex, in_source=True)
    return ReceiptPaper(
        clinic=installation.current().clinic_name, receipt_no=bill.receipt_no,
        desk_cashier=" ".join(part for part in (desk.name if desk else "", bill.cashier_name) if part),
        paid=local(bill.paid_at).strftime("%Y-%m-%d %H:%M:%S"),
        name=visit.name, sex_age=" ".join(part for part in (sex, age) if part), visit_no=visit.visit_no,
        place=" ".join(part for part in (visit.room_name, visit.doctor_name) if part),
        items=[{"item": one.item_name, "quantity": one.unit_text, "amount": yuan(one.amount_fen)} for one in lines],
        categories=[{"category": name, "sum": yuan(fen)} for name, fen in _by_category(lines)],
        count=len(lines), total=yuan(bill.total_fen), waiver=_unless_zero(-bill.waiver_fen),
        rounding=_unless_zero(bill.rounding_fen), scan=_unless_zero(paid["scan"]),
        scan_references=" ".join(one.reference for one in payments if one.method == "scan"),
        cash=_unless_zero(paid["cash"]), tendered=yuan(bill.tendered_fen) if bill.tendered_fen else "",
        change=yuan(bill.change_fen), fetch_drugs=any(one.item_kind == "drug" for one in lines),
    )  # fmt: skip


def shift_slip(shift_id: bytes) -> ShiftSlip:
    """The slip of a closed shift; Missing for an unknown or an open one."""
    shift = queries.shift(shift_id)
    if shift is None or shift.closed_at is None:
        raise Missing("charging.shift_missing")
    sums = queries.shift_sums(shift_id)
    counted = shift.counted_fen
    return ShiftSlip(
        clinic=installation.current().clinic_name, cashier=shift.cashier_name, opened=local_text(shift.opened_at),
        closed=local_text(shift.closed_at),
        range=_range(sums.first_receipt_no, sums.last_receipt_no), bills=sums.bills, voids=sums.voids,
        voided=[
            {"receipt_no": one.receipt_no, "amount": yuan(one.total_fen), "reason": one.reason} for one in sums.voided
        ],
        categories=[{"category": one.name, "sum": yuan(one.amount_fen)} for one in sums.categories],
        income=yuan(sums.income_fen), relief=_unless_zero(sums.relief_fen), rounding=_unless_zero(sums.rounding_fen),
        cash=yuan(sums.cash_fen), scan=yuan(sums.scan_fen), counted="" if counted is None else yuan(counted),
        difference="" if counted is None else yuan(counted - sums.cash_fen),
        closer=shift.closer_name, witness=shift.witness_name, reason=shift.reason,
    )  # fmt: skip


def newest_job(document: str, entity: bytes) -> jobs.Job:
    """The newest paper of a bill or shift; each has one from the moment it is stored."""
    found = jobs.of_document(document, entity)
    if found is None:
        raise Missing("charging.paper_missing")
    return found


def _by_category(lines: list[queries.BillLine]) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.category_name] = sums.get(line.category_name, 0) + line.amount_fen
    return list(sums.items())


def _unless_zero(fen: int) -> str:
    return yuan(fen) if fen else ""


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first} 到 {last}"
