"""Sums of a day and of a month over all cashiers (日合计、月结), and which months are closed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic_app.kernel import db
from clinic_app.kernel.clock import from_local
from clinic_app.modules.charging.queries.methods import methods
from clinic_app.modules.charging.queries.shifts import SHIFT_SQL, Category, MethodSum, Shift, categories_of
from clinic_app.modules.charging.rules import CASH

_DAY_ACCOUNTS = """
SELECT e.account, sum(e.amount_fen) FROM shift s CROSS JOIN voucher v ON v.shift_id = s.id
CROSS JOIN ledger_entry e ON e.voucher_id = v.id WHERE s.closed_at >= ? AND s.closed_at < ? GROUP BY e.account
"""
_MONTH_ACCOUNTS = """
SELECT e.account, sum(e.amount_fen) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id
WHERE v.posted_on >= ?1 || '-01' AND v.posted_on <= ?1 || '-31' GROUP BY e.account
"""
_HINDRANCE = f"""
{SHIFT_SQL} WHERE s.id IN (SELECT v.shift_id FROM voucher v WHERE v.posted_on >= ?1 || '-01'
    AND v.posted_on <= ?1 || '-31') AND NOT EXISTS (SELECT 1 FROM hand_in h WHERE h.shift_id = s.id)
ORDER BY s.closed_at IS NOT NULL, s.opened_at LIMIT 1
"""
_MONTH = """
SELECT m.month, m.income_fen, m.cash_fen, m.noncash_fen, m.receivable_fen, c.name, m.closed_at, m.reopening_reason,
    m.asked_by, coalesce(a.name, ''), m.asked_at
FROM month_close m JOIN person c ON c.id = m.closed_by LEFT JOIN person a ON a.id = m.asked_by
WHERE m.reopened_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """What came in, in fen: `income = cash + noncash + arrears - rounding + relief`."""

    cash_fen: int
    noncash_fen: int
    arrears_fen: int
    rounding_fen: int
    relief_fen: int
    methods: tuple[MethodSum, ...]
    categories: tuple[Category, ...]

    @property
    def income_fen(self) -> int:
        return sum(one.amount_fen for one in self.categories)

    @property
    def money_fen(self) -> int:
        """What was really taken, whichever way."""
        return self.cash_fen + self.noncash_fen


@dataclass(frozen=True, slots=True)
class HandIn:
    """The cash of a closed shift as finance got it."""

    expected_fen: int
    received_fen: int
    note: str
    confirmer_name: str
    at: int


@dataclass(frozen=True, slots=True)
class MonthClose:
    """A closed month (月结); `asked_by` once somebody asked to open it again."""

    month: str
    income_fen: int
    cash_fen: int
    noncash_fen: int
    receivable_fen: int
    closer_name: str
    closed_at: int
    reopening_reason: str
    asked_by: bytes | None
    asker_name: str
    asked_at: int | None


def closes_of_day(on: date) -> list[Shift]:
    """Every shift that was closed on a day, in the order of closing (FE-15)."""
    return db.read(Shift, f"{SHIFT_SQL} WHERE s.closed_at >= ? AND s.closed_at < ? ORDER BY s.closed_at", _span(on))


def day_sums(on: date) -> Sums:
    """The supervisor's sum of a day: the closes of all cashiers together (FE-15)."""
    return _sums(dict(db.rows(_DAY_ACCOUNTS, _span(on))))


def month_sums(month: str) -> Sums:
    """What was entered in a month, `2026-11`."""
    return _sums(dict(db.rows(_MONTH_ACCOUNTS, (month,))))


def month_hindrance(month: str) -> Shift | None:
    """A shift that keeps the month from being closed: not closed, or its cash not handed in (FE-18)."""
    return db.read_one(Shift, _HINDRANCE, (month,))


def hand_in(shift_id: bytes) -> HandIn | None:
    return db.read_one(
        HandIn, "SELECT h.expected_fen, h.received_fen, h.note, u.name, h.at FROM hand_in h"
        " JOIN person u ON u.id = h.confirmed_by WHERE h.shift_id = ?", (shift_id,),
    )  # fmt: skip


def hand_ins(shift_ids: list[bytes]) -> dict[bytes, HandIn]:
    """The confirmed ones among these shifts."""
    return {shift_id: found for shift_id in shift_ids if (found := hand_in(shift_id))}


def month_close(month: str) -> MonthClose | None:
    """The live close of a month, None while it is open."""
    return db.read_one(MonthClose, f"{_MONTH} AND m.month = ?", (month,))


def month_closes(limit: int = 24) -> list[MonthClose]:
    return db.read(MonthClose, f"{_MONTH} ORDER BY m.month DESC LIMIT ?", (limit,))


def months_with_money() -> list[str]:
    """The months that have entries, newest first, at most the last two years."""
    first, last = db.row("SELECT min(posted_on), max(posted_on) FROM voucher") or (None, None)
    if first is None or last is None:
        return []
    year, month, found = int(last[:4]), int(last[5:7]), []
    while f"{year:04d}-{month:02d}" >= first[:7] and len(found) < 24:
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def _span(on: date) -> tuple[int, int]:
    """From midnight to midnight in milliseconds."""
    return tuple(from_local(datetime.combine(on + timedelta(days=days), time())) for days in (0, 1))  # type: ignore[return-value]


def _sums(accounts: dict[str, int]) -> Sums:
    noncash = tuple(
        MethodSum(one.code, accounts[one.code]) for one in methods() if one.code != CASH and accounts.get(one.code)
    )
    return Sums(
        accounts.get(CASH, 0), sum(one.amount_fen for one in noncash), accounts.get("arrears", 0),
        -accounts.get("rounding", 0), accounts.get("relief", 0), noncash, categories_of(accounts),
    )  # fmt: skip
