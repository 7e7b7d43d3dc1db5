"""Bills (收费单), blue and red: one with its lines and payments, lists, and what is paid."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db

PAID, VOIDED, RED, REVERSED = "paid", "voided", "red", "reversed"
_BILL = """
SELECT b.id, b.receipt_no, b.root_id, b.corrects_id, b.visit_id, b.patient_id, b.shift_id, b.cashier_id, b.desk_id,
    b.total_fen, b.waiver_fen, b.rounding_fen, b.tendered_fen, b.change_fen, b.paid_at, b.paid_on,
    CASE WHEN x.bill_id IS NOT NULL THEN 'voided' WHEN b.kind = 'red' THEN 'red' WHEN r.id IS NOT NULL THEN 'reversed'
        ELSE 'paid' END, coalesce(x.reason, ''), x.voided_at, u.name, coalesce(r.receipt_no, '')
FROM bill b JOIN person u ON u.id = b.cashier_id LEFT JOIN bill_void x ON x.bill_id = b.id
LEFT JOIN bill r ON r.corrects_id = b.id
"""
_LINES = """
SELECT l.line_no, l.charge_line_id, l.item_name, l.unit_text, l.quantity, l.pack_size, l.price_e4,
    CASE b.kind WHEN 'red' THEN -l.amount_fen ELSE l.amount_fen END, l.category, k.name, k.name_en, c.source_kind,
    c.source_id, c.source_line_id, c.item_kind, c.item_id
FROM bill b JOIN bill_line l ON l.bill_id = coalesce(b.corrects_id, b.id)
JOIN charge_line c ON c.id = l.charge_line_id JOIN invoice_category k ON k.code = l.category
WHERE b.id = ? ORDER BY l.line_no
"""
_RECEIPT = """
SELECT b.id, b.receipt_no, b.visit_id, v.visit_no, p.name, b.total_fen, b.waiver_fen, b.rounding_fen,
    coalesce((SELECT sum(y.amount_fen) FROM payment y WHERE y.bill_id = b.id AND y.method = 'cash'), 0),
    coalesce((SELECT sum(y.amount_fen) FROM payment y
        WHERE y.bill_id = b.id AND y.method NOT IN ('cash', 'arrears')), 0),
    b.paid_at, b.cashier_id, u.name, b.shift_id, coalesce(x.reason, ''), x.voided_at,
    EXISTS (SELECT 1 FROM reservation h WHERE h.source_id = b.id AND h.state = 'consumed'),
    CASE WHEN x.bill_id IS NOT NULL THEN 'voided' WHEN b.kind = 'red' THEN 'red' WHEN r.id IS NOT NULL THEN 'reversed'
        ELSE 'paid' END, coalesce(r.receipt_no, o.receipt_no, '')
FROM bill b JOIN visit v ON v.id = b.visit_id JOIN patient p ON p.id = b.patient_id JOIN person u ON u.id = b.cashier_id
LEFT JOIN bill_void x ON x.bill_id = b.id LEFT JOIN bill r ON r.corrects_id = b.id
LEFT JOIN bill o ON o.id = b.corrects_id
"""
_BY_REFERENCE = """
SELECT b.receipt_no FROM payment y JOIN bill b ON b.id = y.bill_id WHERE y.reference = ?1 AND y.reference <> ''
    AND b.kind = 'blue' AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)
UNION ALL SELECT b.receipt_no FROM settlement_payment y JOIN voucher v ON v.id = y.voucher_id
    JOIN bill b ON b.id = v.bill_id WHERE y.reference = ?1 AND y.reference <> ''
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Bill:
    """A document of money: `state` paid, voided, red (冲红) or reversed by a red one, whose amounts are negative.

    `root_id` names the first bill of a chain of refunds, None for that one. `total_fen = payments - rounding_fen +
    waiver_fen` (M2).
    """

    id: bytes
    receipt_no: str
    root_id: bytes | None
    corrects_id: bytes | None
    visit_id: bytes
    patient_id: bytes
    shift_id: bytes
    cashier_id: bytes
    desk_id: bytes | None
    total_fen: int
    waiver_fen: int
    rounding_fen: int
    tendered_fen: int
    change_fen: int
    paid_at: int
    paid_on: str
    state: str
    void_reason: str
    voided_at: int | None
    cashier_name: str
    reversed_by: str

    @property
    def root(self) -> bytes:
        """The bill that took the money first: reservations and charge lines name it."""
        return self.root_id or self.id


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line as it was charged: nothing of it changes when the dictionary does."""

    line_no: int
    charge_line_id: bytes
    item_name: str
    unit_text: str
    quantity: int
    pack_size: int
    price_e4: int
    amount_fen: int
    category: str
    category_name: str
    category_name_en: str
    source_kind: str
    source_id: bytes
    source_line_id: bytes | int
    item_kind: str
    item_id: bytes


@dataclass(frozen=True, slots=True)
class Payment:
    method: str
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A line of the list of receipts; `is_dispensed` once a drug of it was handed out, which no void undoes.

    `beside_no` is the other receipt of a reversal: the red one of a reversed bill, the reversed one of a red.
    """

    bill_id: bytes
    receipt_no: str
    visit_id: bytes
    visit_no: str
    name: str
    total_fen: int
    waiver_fen: int
    rounding_fen: int
    cash_fen: int
    noncash_fen: int
    paid_at: int
    cashier_id: bytes
    cashier_name: str
    shift_id: bytes
    void_reason: str
    voided_at: int | None
    is_dispensed: int
    state: str
    beside_no: str


def bill(bill_id: bytes) -> Bill | None:
    return db.read_one(Bill, f"{_BILL} WHERE b.id = ?", (bill_id,))


def bill_lines(bill_id: bytes) -> list[BillLine]:
    return db.read(BillLine, _LINES, (bill_id,))


def is_dispensed(bill_id: bytes) -> bool:
    """Whether a drug of the bill was handed out: its reservation is used up, and no void gives it back."""
    found = db.value("SELECT 1 FROM reservation WHERE source_id = ? AND state = 'consumed' LIMIT 1", (bill_id,))
    return found is not None


def payments(bill_id: bytes) -> list[Payment]:
    return db.read(
        Payment, "SELECT method, amount_fen, reference FROM payment WHERE bill_id = ? ORDER BY line_no", (bill_id,)
    )


def bills_of_visit(visit_id: bytes) -> list[Bill]:
    """Every bill of a visit, voided ones too, oldest first."""
    return db.read(Bill, f"{_BILL} WHERE b.visit_id = ? ORDER BY b.paid_at", (visit_id,))


def receipts_of_shift(shift_id: bytes) -> list[Receipt]:
    """The receipts of a shift, newest first."""
    return db.read(Receipt, f"{_RECEIPT} WHERE b.shift_id = ? ORDER BY b.series DESC, b.number DESC", (shift_id,))


def receipts_of_day(on: date) -> list[Receipt]:
    """Every cashier's receipts of a day, newest first."""
    return db.read(
        Receipt, f"{_RECEIPT} WHERE b.paid_on = ? ORDER BY b.series DESC, b.number DESC", (on.isoformat(),)
    )


def last_bill_of(cashier_id: bytes, on: date) -> Bill | None:
    """The cashier's newest bill of the day that counts: the one that F8 prints again."""
    return db.read_one(
        Bill, f"{_BILL} WHERE b.paid_on = ? AND b.cashier_id = ? AND b.kind = 'blue' AND x.bill_id IS NULL"
        " AND r.id IS NULL ORDER BY b.paid_at DESC LIMIT 1",
        (on.isoformat(), cashier_id),
    )  # fmt: skip


def bill_that_counts(root_id: bytes) -> Bill | None:
    """What is left of a bill after its refunds: itself, the bill for the rest, or None when nothing is."""
    return db.read_one(
        Bill, f"{_BILL} WHERE (b.id = ?1 OR b.root_id = ?1) AND b.kind = 'blue' AND x.bill_id IS NULL AND r.id IS NULL",
        (root_id,),
    )


def is_prescription_paid(prescription_id: bytes) -> bytes | None:
    """The bill that paid a prescription and counts, or None."""
    paid: bytes | None = db.value(
        "SELECT bill_id FROM charge_line WHERE source_id = ? AND source_kind = 'prescription' AND state = 'billed'"
        " AND refunded < quantity LIMIT 1",
        (prescription_id,),
    )
    return paid


def bill_that_took(charge_line_ids: list[bytes]) -> Bill | None:
    """The bill that counts and holds one of these charge lines: somebody was faster."""
    for line_id in charge_line_ids:
        taken = db.value("SELECT bill_id FROM charge_line WHERE id = ? AND state = 'billed'", (line_id,))
        if taken is not None:
            return bill(taken)
    return None


def receipt_of_reference(reference: str) -> str | None:
    """The receipt, not voided, that a payment's reference stands on already; a refunded one is not taken again.

    What settled arrears counts like what was paid at once.
    """
    found: str | None = db.value(_BY_REFERENCE, (reference,))
    return found
