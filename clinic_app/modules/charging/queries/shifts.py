"""Shifts (班): the open one of a cashier, and what came in during one."""

from dataclasses import dataclass

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import local
from clinic_app.kernel.rights import ROLES, of_roles
from clinic_app.modules.charging.queries import words
from sync.wire.canonical import canonical

_SHIFT = (
    "SELECT s.id, s.cashier_id, u.name, s.desk_id, s.opened_at, s.closed_at, s.cash_fen, s.scan_fen, s.counted_fen,"
    " s.closed_by, coalesce(c.name, ''), coalesce(w.name, ''), s.reason FROM shift s"
    " JOIN person u ON u.id = s.cashier_id LEFT JOIN person c ON c.id = s.closed_by"
    " LEFT JOIN person w ON w.id = s.counted_with"
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
_LEFT_OPEN = """
SELECT s.id FROM shift s JOIN person p ON p.id = s.cashier_id WHERE s.closed_at IS NULL AND (p.is_active = 0
    OR NOT EXISTS (SELECT 1 FROM person_role r JOIN json_each(:roles) j ON j.value = r.role WHERE r.person_id = p.id)
    OR coalesce((SELECT max(v.at) FROM voucher v WHERE v.shift_id = s.id), s.opened_at) <= :quiet_since)
"""
_HOUR_MS = 3_600_000
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
    scan_fen: int | None
    counted_fen: int | None
    closed_by: bytes | None
    closer_name: str
    witness_name: str
    reason: str


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
    def mark(self) -> str:
        """What a page showed of them, for the server to compare when the form comes back."""
        return f"{self.cash_fen}.{self.scan_fen}.{self.bills}.{self.voids}"

    @property
    def income_fen(self) -> int:
        return sum(one.amount_fen for one in self.categories)


def shift(shift_id: bytes) -> Shift | None:
    return db.read_one(Shift, f"{_SHIFT} WHERE s.id = ?", (shift_id,))


def open_shift(cashier_id: bytes) -> Shift | None:
    """The shift a cashier has open, or None before the first charge."""
    return db.read_one(Shift, f"{_SHIFT} WHERE s.cashier_id = ? AND s.closed_at IS NULL", (cashier_id,))


def open_shifts() -> list[Shift]:
    """Every cashier's open shift, the oldest first."""
    return db.read(Shift, f"{_SHIFT} WHERE s.closed_at IS NULL ORDER BY s.opened_at")


def left_open_hours(at_ms: int) -> int:
    """How long nothing was charged or voided in a shift before it counts as left open."""
    return int(parameters.value("charging.shift_left_open_hours", local(at_ms).date()))


def left_open(at_ms: int) -> frozenset[bytes]:
    """The shifts that nobody will close unless the manager does.

    Their cashier is gone or may not charge any more, or nothing was charged or voided for `left_open_hours`. Counted
    from the last entry and not from midnight, so a night shift and whoever is collecting now are left alone.
    """
    roles = [role for role in ROLES if "charging.charge" in of_roles(frozenset({role}))]
    quiet_since = at_ms - left_open_hours(at_ms) * _HOUR_MS
    found = db.rows(_LEFT_OPEN, {"roles": canonical(roles).decode(), "quiet_since": quiet_since})
    return frozenset(shift_id for (shift_id,) in found)


def is_left_open(shift: Shift, at_ms: int) -> bool:
    """Whether it is one of `left_open`."""
    return shift.id in left_open(at_ms)


def closed_shifts(cashier_id: bytes | None, limit: int = 10) -> list[Shift]:
    """The newest closed shifts of a cashier, or of all."""
    return db.read(
        Shift, f"{_SHIFT} WHERE s.cashier_id = coalesce(?, s.cashier_id) AND s.closed_at IS NOT NULL"
        " ORDER BY s.closed_at DESC LIMIT ?",
        (cashier_id, limit),
    )  # fmt: skip


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
