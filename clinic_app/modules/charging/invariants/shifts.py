"""Shifts, the drawer, the money handed in and the closed months (M5)."""

from clinic_app.kernel.invariants import Invariant

_SHIFT = "'shift of ' || u.name || ' ' || datetime(s.opened_at / 1000, 'unixepoch', '+8 hours')"
_LEDGER_OF_SHIFT = (
    "(SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
    " WHERE v.shift_id = s.id AND {account})"
)
_CASH = _LEDGER_OF_SHIFT.format(account="e.account = 'cash'")
_OTHER_WAYS = "e.account IN (SELECT code FROM payment_method) AND e.account <> 'cash'"
_NONCASH = _LEDGER_OF_SHIFT.format(account=_OTHER_WAYS)
_SHIFT_IS_ITS_LEDGER = f"""
SELECT {_SHIFT}, 'cash is not the cash of its ledger' FROM shift s JOIN person u ON u.id = s.cashier_id
    WHERE s.closed_at IS NOT NULL AND s.cash_fen <> {_CASH}
UNION ALL SELECT {_SHIFT}, 'other payments are not those of its ledger' FROM shift s
    JOIN person u ON u.id = s.cashier_id
    WHERE s.closed_at IS NOT NULL AND s.noncash_fen <> {_NONCASH}
UNION ALL SELECT {_SHIFT}, 'drawer is not float, cash and what was put in or taken out' FROM shift s
    JOIN person u ON u.id = s.cashier_id WHERE s.closed_at IS NOT NULL AND s.drawer_fen <> s.float_fen + s.cash_fen
        + (SELECT coalesce(sum(d.amount_fen), 0) FROM drawer_entry d WHERE d.shift_id = s.id)
UNION ALL SELECT {_SHIFT}, 'its count is not the last count of the drawer' FROM shift s
    JOIN person u ON u.id = s.cashier_id WHERE s.counted_fen IS NOT NULL AND s.counted_fen IS NOT
        (SELECT k.counted_fen FROM shift_count k WHERE k.shift_id = s.id ORDER BY k.id DESC LIMIT 1)
UNION ALL SELECT {_SHIFT}, 'a difference without a reason' FROM shift s JOIN person u ON u.id = s.cashier_id
    WHERE s.counted_fen <> s.drawer_fen AND s.difference_reason = ''
UNION ALL SELECT {_SHIFT}, 'voucher ' || v.id || ' is later than its close' FROM shift s
    JOIN person u ON u.id = s.cashier_id JOIN voucher v ON v.shift_id = s.id WHERE v.at > s.closed_at
UNION ALL SELECT {_SHIFT}, 'drawer entry ' || d.id || ' is later than its close' FROM shift s
    JOIN person u ON u.id = s.cashier_id JOIN drawer_entry d ON d.shift_id = s.id WHERE d.at > s.closed_at
UNION ALL SELECT 'voucher ' || v.id, 'stands in another shift than its bill' FROM voucher v
    JOIN bill b ON b.id = v.bill_id WHERE v.shift_id <> b.shift_id AND v.kind <> 'settlement'
UNION ALL SELECT 'bill ' || b.receipt_no, 'stands in another cashier''s shift' FROM bill b
    JOIN shift s ON s.id = b.shift_id WHERE s.cashier_id <> b.cashier_id
UNION ALL SELECT 'hand-in of ' || {_SHIFT}, 'of a shift that is open, or of another sum than was counted'
    FROM hand_in h JOIN shift s ON s.id = h.shift_id JOIN person u ON u.id = s.cashier_id
    WHERE s.closed_at IS NULL OR h.expected_fen <> max(coalesce(s.counted_fen, s.drawer_fen) - s.float_fen, 0)
"""
_LEDGER_OF_MONTH = (
    "(SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
    " WHERE v.posted_on >= m.month || '-01' AND v.posted_on <= m.month || '-31' AND {account})"
)
_NONCASH_OF_MONTH = _LEDGER_OF_MONTH.format(account=_OTHER_WAYS)
_MONTH_IS_LOCKED = f"""
SELECT 'month ' || m.month, 'voucher ' || v.id || ' was entered after its close' FROM month_close m
    JOIN voucher v ON v.posted_on >= m.month || '-01' AND v.posted_on <= m.month || '-31'
    WHERE m.reopened_at IS NULL AND v.at > m.closed_at
UNION ALL SELECT 'month ' || m.month, 'its income is not that of its ledger' FROM month_close m
    WHERE m.reopened_at IS NULL AND m.income_fen <> -{_LEDGER_OF_MONTH.format(account="e.account GLOB 'income:*'")}
UNION ALL SELECT 'month ' || m.month, 'its cash or other payments are not those of its ledger' FROM month_close m
    WHERE m.reopened_at IS NULL AND (m.cash_fen <> {_LEDGER_OF_MONTH.format(account="e.account = 'cash'")}
        OR m.noncash_fen <> {_NONCASH_OF_MONTH})
UNION ALL SELECT 'month ' || m.month, 'its arrears are not those of the ledger at its close' FROM month_close m
    WHERE m.receivable_fen <> (SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
        JOIN voucher v ON v.id = e.voucher_id WHERE e.account = 'arrears' AND v.at <= m.closed_at)
UNION ALL SELECT 'month ' || m.month, 'shift of ' || u.name || ' is not closed or not handed in' FROM month_close m
    JOIN shift s ON s.id IN (SELECT v.shift_id FROM voucher v WHERE v.posted_on >= m.month || '-01'
        AND v.posted_on <= m.month || '-31') JOIN person u ON u.id = s.cashier_id
    WHERE m.reopened_at IS NULL
        AND (s.closed_at IS NULL OR NOT EXISTS (SELECT 1 FROM hand_in h WHERE h.shift_id = s.id))
UNION ALL SELECT 'voucher ' || v.id, 'its day is not the day of its moment' FROM voucher v
    WHERE v.posted_on <> date(v.at / 1000, 'unixepoch', '+8 hours')
UNION ALL SELECT 'bill ' || b.receipt_no, 'its day is not the day of its moment' FROM bill b
    WHERE b.paid_on <> date(b.paid_at / 1000, 'unixepoch', '+8 hours')
"""

INVARIANTS = (
    Invariant("M5", "交班的数等于账上的数，交班以后没有新账", _SHIFT_IS_ITS_LEDGER),
    Invariant("M5-month", "结过的月份没有新账，每一班都交了款", _MONTH_IS_LOCKED),
)
