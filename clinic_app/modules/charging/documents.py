"""Papers of charging: the receipt (门诊收费小票) and the slip of a closed shift (交班单), in Chinese on any screen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import installation, jobs, printing
from clinic_app.kernel.clock import local, local_text
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import CASH
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits

RECEIPT, SHIFT_SLIP = "charging.receipt", "charging.shift_slip"


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """What a receipt says, ready to print; an amount that is empty has no line on the paper."""

    clinic: str
    title: str
    receipt_no: str
    invoice_no: str
    origin: str
    reason: str
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
    waived_by: str
    rounding: str
    payments: list[dict[str, str]]
    owed: str
    back: list[dict[str, str]]
    tendered: str
    change: str
    fetch_drugs: bool

    def model(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ShiftSlip:
    """What the slip of a shift says (FE-13); `counted` and `difference` are empty when nobody counted the drawer.

    `drawer` lists what was put in or taken out, `pieces` the notes and coins as counted, `cash` is what should lie in
    the drawer with the float.
    """

    clinic: str
    cashier: str
    opened: str
    closed: str
    range: str
    bills: int
    voids: int
    reds: int
    voided: list[dict[str, str]]
    red: list[dict[str, str]]
    invoices: list[dict[str, str]]
    categories: list[dict[str, str]]
    income: str
    relief: str
    rounding: str
    arrears: str
    methods: list[dict[str, str]]
    cash: str
    float: str
    drawer: list[dict[str, str]]
    should: str
    pieces: list[dict[str, str]]
    counted: str
    difference: str
    difference_reason: str
    hand_in: str
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
    refund = queries.refund_of_red(bill_id) if bill.state == queries.RED else None
    relief = queries.used_approval(bill.root, queries.RELIEF) if bill.waiver_fen else None
    corrected = queries.bill(bill.corrects_id) if bill.corrects_id else None
    desk = desks.desk(bill.desk_id) if bill.desk_id else None
    day = local(bill.paid_at).date()
    age = patients.age_text(visit.born_on, day, is_estimated=visit.is_birth_estimated, in_source=True)
    sex = patients.sex_text(visit.sex, in_source=True)
    return ReceiptPaper(
        clinic=installation.current().clinic_name, title=_title(bill), receipt_no=bill.receipt_no,
        invoice_no=queries.invoice_of(bill_id), origin=corrected.receipt_no if corrected else _root_no(bill),
        reason=refund.reason if refund else "",
        desk_cashier=" ".join(part for part in (desk.name if desk else "", bill.cashier_name) if part),
        paid=local(bill.paid_at).strftime("%Y-%m-%d %H:%M:%S"),
        name=visit.name, sex_age=" ".join(part for part in (sex, age) if part), visit_no=visit.visit_no,
        place=" ".join(part for part in (visit.room_name, visit.doctor_name) if part),
        items=[{"item": one.item_name, "quantity": one.unit_text, "amount": yuan(one.amount_fen)} for one in lines],
        categories=[{"category": name, "sum": yuan(fen)} for name, fen in _by_category(lines)],
        count=len(lines), total=yuan(bill.total_fen), waiver=_unless_zero(-bill.waiver_fen),
        waived_by=relief.decider_name if relief else "", rounding=_unless_zero(bill.rounding_fen),
        payments=[
            {"method": queries.method_name(one.method, in_source=True), "amount": yuan(one.amount_fen),
             "reference": one.reference} for one in payments
        ],
        owed=_unless_zero(queries.outstanding(bill.root)) if bill.state == queries.PAID else "",
        back=[
            {"method": queries.method_name(method, in_source=True), "amount": yuan(fen)}
            for method, fen in (queries.refund_payments(refund.id) if refund else ())
        ],
        tendered=yuan(bill.tendered_fen) if bill.change_fen else "", change=yuan(bill.change_fen),
        fetch_drugs=bill.root_id is None and any(one.item_kind == "drug" for one in lines),
    )  # fmt: skip


def receipt_with_cash(bill_id: bytes, methods: Iterable[str]) -> dict[str, Any]:
    """The model of a receipt that money moves with; where cash is among the methods it opens the drawer (钱箱)."""
    return receipt(bill_id).model() | {printing.OPENS_DRAWER: CASH in methods}


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
        range=_range(sums.first_receipt_no, sums.last_receipt_no), bills=sums.bills, voids=sums.voids, reds=sums.reds,
        red=[
            {"receipt_no": one.receipt_no, "corrects": one.corrects_no, "amount": yuan(one.total_fen),
             "reason": one.reason} for one in sums.red
        ],
        invoices=[
            {"range": _range(first, last), "count": f"{used} 张，作废 {voids} 张"}
            for first, last, used, voids in queries.invoices_of_shift(shift_id)
        ],
        voided=[
            {"receipt_no": one.receipt_no, "amount": yuan(one.total_fen), "reason": one.reason} for one in sums.voided
        ],
        categories=[{"category": one.name, "sum": yuan(one.amount_fen)} for one in sums.categories],
        income=yuan(sums.income_fen), relief=_unless_zero(sums.relief_fen), rounding=_unless_zero(sums.rounding_fen),
        arrears=_unless_zero(sums.arrears_fen),
        methods=[
            {"method": queries.method_name(one.code, in_source=True), "amount": yuan(one.amount_fen)}
            for one in sums.methods
        ],
        cash=yuan(sums.cash_fen), float=_unless_zero(shift.float_fen),
        drawer=[
            {"what": {"in": "放入", "out": "取出", "opened": "开钱箱"}[one.kind], "reason": one.reason,
             "amount": _unless_zero(one.amount_fen)} for one in sums.drawer
        ],
        should=yuan(sums.drawer_fen),
        pieces=[
            {"note": yuan(fen), "count": str(number), "amount": yuan(fen * number)}
            for fen, number in queries.last_count(shift_id)
        ],
        counted="" if counted is None else yuan(counted),
        difference="" if shift.difference_fen is None else yuan(shift.difference_fen),
        difference_reason=shift.difference_reason, hand_in=yuan(shift.to_hand_in_fen),
        closer=shift.closer_name, witness=shift.witness_name, reason=shift.reason,
    )  # fmt: skip


def _title(bill: queries.Bill) -> str:
    if bill.state == queries.RED:
        return "门诊退费小票（红字）"
    return "门诊收费小票（退费后）" if bill.root_id else "门诊收费小票"


def _root_no(bill: queries.Bill) -> str:
    root = queries.bill(bill.root_id) if bill.root_id else None
    return root.receipt_no if root else ""


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
