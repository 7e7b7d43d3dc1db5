"""Arrears (欠费): what is still owed of which bill, counted from the ledger."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.charging.rules import Payment

MOST_LISTED = 500
_OWED = """
SELECT coalesce(b.root_id, b.id) AS root, sum(e.amount_fen) AS owed FROM ledger_entry e
JOIN voucher v ON v.id = e.voucher_id JOIN bill b ON b.id = v.bill_id WHERE e.account = 'arrears'
GROUP BY root HAVING owed <> 0
"""
_OUTSTANDING = """
SELECT coalesce(sum(e.amount_fen), 0) FROM bill b JOIN voucher v ON v.bill_id = b.id
JOIN ledger_entry e ON e.voucher_id = v.id AND e.account = 'arrears' WHERE b.id = ?1 OR b.root_id = ?1
"""
_LIST = f"""
SELECT b.id, b.receipt_no, b.paid_at, b.visit_id, b.patient_id, p.name, o.owed, u.name
FROM ({_OWED}) o JOIN bill b ON b.id = o.root JOIN patient p ON p.id = b.patient_id JOIN person u ON u.id = b.cashier_id
ORDER BY b.paid_at LIMIT ?
"""
_SETTLED = """
SELECT -coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id
WHERE v.bill_id = ? AND v.kind = 'settlement' AND e.account = 'arrears'
"""
_SETTLED_BY = """
SELECT y.method, y.amount_fen, y.reference FROM voucher v JOIN settlement_payment y ON y.voucher_id = v.id
WHERE v.bill_id = ? AND v.kind = 'settlement' ORDER BY v.id, y.line_no
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One bill with something still to be paid, in fen."""

    bill_id: bytes
    receipt_no: str
    paid_at: int
    visit_id: bytes
    patient_id: bytes
    name: str
    owed_fen: int
    cashier_name: str


def outstanding(root_id: bytes) -> int:
    """What is still owed of a bill and of the bills for its rest."""
    return int(db.value(_OUTSTANDING, (root_id,)))


def is_settled_later(root_id: bytes) -> bool:
    """Whether arrears of the bill were paid already: then a void would lose that money, a refund gives it back."""
    return db.value("SELECT 1 FROM voucher WHERE bill_id = ? AND kind = 'settlement' LIMIT 1", (root_id,)) is not None


def arrears() -> list[Owed]:
    """The bills that are not fully paid, the oldest first, at most `MOST_LISTED` of them."""
    return db.read(Owed, _LIST, (MOST_LISTED,))


def receivable_fen() -> int:
    """All arrears together, however many are listed."""
    return int(db.value(f"SELECT coalesce(sum(owed), 0) FROM ({_OWED})"))


def settled_fen(root_id: bytes) -> int:
    """How much of a bill's arrears was settled: what was owed, whatever coins were taken for it; 0 while it is owed."""
    return int(db.value(_SETTLED, (root_id,)))


def settled_by(root_id: bytes) -> list[Payment]:
    """What the arrears of a bill were paid with at last, in that order; empty while they are owed."""
    return db.read(Payment, _SETTLED_BY, (root_id,))
