"""Arrears (欠费): what is still owed of which bill, counted from the ledger."""

from dataclasses import dataclass

from clinic_app.kernel import db

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
ORDER BY b.paid_at LIMIT 500
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
    """Every bill that is not fully paid, the oldest first."""
    return db.read(Owed, _LIST)


def receivable_fen() -> int:
    """All arrears together."""
    return sum(one.owed_fen for one in arrears())
