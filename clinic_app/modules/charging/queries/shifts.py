"""Shifts (班): the open one of a cashier, and what came in during one."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.charging.queries import words

_SHIFT = (
    "SELECT s.id, s.cashier_id, u.name, s.desk_id, s.opened_at, s.closed_at, s.cash_fen, s.scan_fen, s.counted_fen"
    " FROM shift s JOIN person u ON u.id = s.cashier_id"
)
_ACCOUNTS = (
    "SELECT e.account, sum(e.amount_fen) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id WHERE v.shift_id = ?"
    " GROUP BY e.account"
)
_CATEGORIES = "SELECT code, name, name_en FROM invoice_category ORDER BY position"
_RECEIPTS = (
    "SELECT count(*), count(x.bill_id), coalesce(min(b.receipt_no), ''), coalesce(max(b.receipt_no), '')"
    " FROM bill b LEFT JOIN bill_void x ON x.bill_id = b.id WHERE b.shift_id = ?"
)
_VOIDS = (
    "SELECT b.receipt_no, b.total_fen, x.reason, x.voided_at FROM bill_void x JOIN bill b ON b.id = x.bill_id"
    " WHERE b.shift_id = ? ORDER BY x.voided_at"
)
INCOME = "income:"


@dataclass(frozen=True, slots=True)
class Shift:
    """A cashier's period, from the first charge after the last close to its own close (FE-14)."""

    id: bytes
    cashier_id: bytes
    cashier_name: str
    desk_id: bytes | None
    opened_at: int
    closed_at: int | None
    cash_fen: int | None
    scan_fen: int | None
    counted_fen: int | None


@dataclass(frozen=True, slots=True)
class Voided:
    receipt_no: str
    total_fen: int
    reason: str
    voided_at: int


@dataclass(frozen=True, slots=True)
class Category:
    """Income of one invoice category (发票归类)."""

    code: str
    name: str
    name_en: str
    amount_fen: int

    @property
    def shown_name(self) -> str:
        return words.named(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class ShiftSums:
    """What came in during a shift, voids subtracted: `income = cash + scan - rounding + relief` (FE-13)."""

    bills: int
    voids: int
    first_receipt_no: str
    last_receipt_no: str
    cash_fen: int
    scan_fen: int
    rounding_fen: int
    relief_fen: int
    categories: tuple[Category, ...]
    voided: tuple[Voided, ...]

    @property
    def income_fen(self) -> int:
        return sum(one.amount_fen for one in self.categories)


def shift(shift_id: bytes) -> Shift | None:
    return db.read_one(Shift, f"{_SHIFT} WHERE s.id = ?", (shift_id,))


def open_shift(cashier_id: bytes) -> Shift | None:
    """The shift a cashier has open, or None before the first charge."""
    return db.read_one(Shift, f"{_SHIFT} WHERE s.cashier_id = ? AND s.closed_at IS NULL", (cashier_id,))


def closed_shifts(cashier_id: bytes, limit: int = 10) -> list[Shift]:
    """The newest closed shifts of a cashier."""
    return db.read(
        Shift, f"{_SHIFT} WHERE s.cashier_id = ? AND s.closed_at IS NOT NULL ORDER BY s.closed_at DESC LIMIT ?",
        (cashier_id, limit),
    )


def shift_sums(shift_id: bytes) -> ShiftSums:
    """Counted from the ledger, never from a cached sum (M5)."""
    accounts = dict(db.rows(_ACCOUNTS, (shift_id,)))
    bills, voids, first, last = db.rows(_RECEIPTS, (shift_id,))[0]
    categories = tuple(
        Category(code, name, name_en, -accounts[INCOME + code])
        for code, name, name_en in db.rows(_CATEGORIES)
        if accounts.get(INCOME + code)
    )
    return ShiftSums(
        bills, voids, first, last, accounts.get("cash", 0), accounts.get("scan", 0), -accounts.get("rounding", 0),
        accounts.get("relief", 0), categories, tuple(db.read(Voided, _VOIDS, (shift_id,))),
    )  # fmt: skip
