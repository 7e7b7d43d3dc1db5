"""Shifts (班): the open one of a cashier, and what came in during one."""

import json
from dataclasses import dataclass
from hashlib import blake2b

from clinic_app.kernel import db
from clinic_app.modules.charging.queries import words
from clinic_app.modules.charging.queries.methods import methods
from clinic_app.modules.charging.rules import CASH, expected_cash

SHIFT_SQL = (
    "SELECT s.id, s.cashier_id, u.name, s.desk_id, s.opened_at, s.closed_at, s.cash_fen, s.noncash_fen, s.counted_fen,"
    " s.float_fen, s.drawer_fen, s.difference_reason, s.closed_by, coalesce(c.name, ''), coalesce(w.name, ''),"
    " s.reason FROM shift s"
    " JOIN person u ON u.id = s.cashier_id LEFT JOIN person c ON c.id = s.closed_by"
    " LEFT JOIN person w ON w.id = s.counted_with"
)
_ACCOUNTS = (
    "SELECT e.account, sum(e.amount_fen) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id WHERE v.shift_id = ?"
    " GROUP BY e.account"
)
_CATEGORIES = "SELECT code, name, name_en FROM invoice_category ORDER BY position"
_RECEIPTS = (
    "SELECT count(CASE b.kind WHEN 'blue' THEN 1 END), count(x.bill_id), count(CASE b.kind WHEN 'red' THEN 1 END),"
    " coalesce(min(b.receipt_no), ''), coalesce(max(b.receipt_no), '')"
    " FROM bill b LEFT JOIN bill_void x ON x.bill_id = b.id WHERE b.shift_id = ?"
)
_VOIDS = (
    "SELECT b.receipt_no, b.total_fen, x.reason, x.voided_at FROM bill_void x JOIN bill b ON b.id = x.bill_id"
    " WHERE b.shift_id = ? ORDER BY x.voided_at"
)
_REDS = (
    "SELECT b.receipt_no, b.total_fen, o.receipt_no, r.reason FROM bill b JOIN bill o ON o.id = b.corrects_id"
    " JOIN refund r ON r.red_id = b.id WHERE b.shift_id = ? ORDER BY b.receipt_no"
)
_DRAWER = "SELECT kind, amount_fen, reason, at FROM drawer_entry WHERE shift_id = ? ORDER BY id"
INCOME = "income:"


@dataclass(frozen=True, slots=True)
class Shift:
    """A cashier's period, from the first charge after the last close to its own close (FE-14).

    `closed_by` is None and `closer_name`, `witness_name` and `reason` are empty unless somebody else closed it.
    """

    id: bytes
    cashier_id: bytes
    cashier_name: str
    desk_id: bytes | None
    opened_at: int
    closed_at: int | None
    cash_fen: int | None
    noncash_fen: int | None
    counted_fen: int | None
    float_fen: int
    drawer_fen: int | None
    difference_reason: str
    closed_by: bytes | None
    closer_name: str
    witness_name: str
    reason: str

    @property
    def difference_fen(self) -> int | None:
        """What was counted less what should lie in the drawer; None while nobody counted."""
        return None if self.counted_fen is None or self.drawer_fen is None else self.counted_fen - self.drawer_fen

    @property
    def to_hand_in_fen(self) -> int:
        """The cash that goes to the finance desk: what was counted less the float, which stays in the drawer."""
        counted = self.drawer_fen if self.counted_fen is None else self.counted_fen
        return max((counted or 0) - self.float_fen, 0)


@dataclass(frozen=True, slots=True)
class Voided:
    receipt_no: str
    total_fen: int
    reason: str
    voided_at: int


@dataclass(frozen=True, slots=True)
class Red:
    """A red document (冲红) of a shift, with the receipt that it reverses."""

    receipt_no: str
    total_fen: int
    corrects_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class DrawerEntry:
    """`kind` opened (without money), in or out; fen, negative when taken out."""

    kind: str
    amount_fen: int
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class MethodSum:
    code: str
    amount_fen: int


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
    """What came in during a shift, voids and reds subtracted (FE-13).

    `income = cash + noncash + arrears - rounding + relief`; `drawer_fen` is the cash that should lie in the drawer.
    """

    bills: int
    voids: int
    reds: int
    first_receipt_no: str
    last_receipt_no: str
    cash_fen: int
    noncash_fen: int
    rounding_fen: int
    relief_fen: int
    arrears_fen: int
    drawer_fen: int
    methods: tuple[MethodSum, ...]
    categories: tuple[Category, ...]
    voided: tuple[Voided, ...]
    red: tuple[Red, ...]
    drawer: tuple[DrawerEntry, ...]

    @property
    def mark(self) -> str:
        """What a page was drawn with, for the server to compare when the form comes back; nobody reads a sum in it."""
        text = f"{self.cash_fen}.{self.noncash_fen}.{self.bills}.{self.voids}.{self.reds}.{self.drawer_fen}"
        return blake2b(text.encode(), digest_size=12).hexdigest()

    @property
    def income_fen(self) -> int:
        return sum(one.amount_fen for one in self.categories)


def shift(shift_id: bytes) -> Shift | None:
    return db.read_one(Shift, f"{SHIFT_SQL} WHERE s.id = ?", (shift_id,))


def open_shift(cashier_id: bytes) -> Shift | None:
    """The shift a cashier has open, or None before the first charge."""
    return db.read_one(Shift, f"{SHIFT_SQL} WHERE s.cashier_id = ? AND s.closed_at IS NULL", (cashier_id,))


def open_shifts() -> list[Shift]:
    """Every cashier's open shift, the oldest first."""
    return db.read(Shift, f"{SHIFT_SQL} WHERE s.closed_at IS NULL ORDER BY s.opened_at")


def last_count(shift_id: bytes) -> list[tuple[int, int]]:
    """The notes and coins of the newest count of a shift, (fen, pieces), largest first; empty when only a sum was
    typed."""
    text = db.value("SELECT pieces FROM shift_count WHERE shift_id = ? ORDER BY id DESC LIMIT 1", (shift_id,))
    found = json.loads(text) if text else {}
    return sorted(((int(fen), number) for fen, number in found.items()), reverse=True)


def counts_of(shift_id: bytes) -> list[tuple[int, int]]:
    """(counted, expected) of every count of a shift, oldest first: a blind count stays on record."""
    return [
        (counted, expected)
        for counted, expected in db.rows(
            "SELECT counted_fen, expected_fen FROM shift_count WHERE shift_id = ? ORDER BY id", (shift_id,)
        )
    ]


def closed_shifts(cashier_id: bytes | None, limit: int = 10) -> list[Shift]:
    """The newest closed shifts of a cashier, or of all."""
    return db.read(
        Shift, f"{SHIFT_SQL} WHERE s.cashier_id = coalesce(?, s.cashier_id) AND s.closed_at IS NOT NULL"
        " ORDER BY s.closed_at DESC LIMIT ?",
        (cashier_id, limit),
    )  # fmt: skip


def shift_sums(shift_id: bytes) -> ShiftSums:
    """Counted from the ledger, never from a cached sum (M5)."""
    accounts = dict(db.rows(_ACCOUNTS, (shift_id,)))
    bills, voids, reds, first, last = db.rows(_RECEIPTS, (shift_id,))[0]
    drawer = tuple(db.read(DrawerEntry, _DRAWER, (shift_id,)))
    float_fen = db.value("SELECT float_fen FROM shift WHERE id = ?", (shift_id,)) or 0
    cash = accounts.get("cash", 0)
    noncash = tuple(
        MethodSum(one.code, accounts[one.code]) for one in methods() if one.code != CASH and accounts.get(one.code)
    )
    return ShiftSums(
        bills, voids, reds, first, last, cash, sum(one.amount_fen for one in noncash), -accounts.get("rounding", 0),
        accounts.get("relief", 0), accounts.get("arrears", 0),
        expected_cash(float_fen, cash, [one.amount_fen for one in drawer]), noncash, categories_of(accounts),
        tuple(db.read(Voided, _VOIDS, (shift_id,))), tuple(db.read(Red, _REDS, (shift_id,))), drawer,
    )  # fmt: skip


def categories_of(accounts: dict[str, int]) -> tuple[Category, ...]:
    """The income accounts of some ledger rows, in the order of the list of categories."""
    return tuple(
        Category(code, name, name_en, -accounts[INCOME + code])
        for code, name, name_en in db.rows(_CATEGORIES)
        if accounts.get(INCOME + code)
    )
