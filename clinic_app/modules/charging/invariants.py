"""What must be true of bills, ledger, shifts and receipt numbers at any time (reliability M1 to M6, N1)."""

from clinic_app.kernel.invariants import Invariant

_LIVE = "NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"

_BALANCED = """
SELECT 'voucher ' || v.id, 'adds up to ' || coalesce(sum(e.amount_fen), 0) || ' fen'
FROM voucher v LEFT JOIN ledger_entry e ON e.voucher_id = v.id GROUP BY v.id HAVING coalesce(sum(e.amount_fen), 0) <> 0
UNION ALL SELECT 'bill ' || b.receipt_no, 'no voucher' FROM bill b
    WHERE NOT EXISTS (SELECT 1 FROM voucher v WHERE v.bill_id = b.id AND v.kind = 'bill')
UNION ALL SELECT 'void of bill ' || b.receipt_no, 'no voucher of its own' FROM bill b
    JOIN bill_void x ON x.bill_id = b.id
    WHERE NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = x.voucher_id AND v.bill_id = b.id AND v.kind = 'void')
UNION ALL SELECT 'voucher ' || v.id, 'a void that no bill knows' FROM voucher v
    WHERE v.kind = 'void' AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.voucher_id = v.id)
UNION ALL SELECT 'bill ' || b.receipt_no, 'ledger says another income than the bill' FROM bill b
    JOIN voucher v ON v.bill_id = b.id AND v.kind = 'bill'
    WHERE b.total_fen <> -(SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
        WHERE e.voucher_id = v.id AND e.account GLOB 'income:*')
UNION ALL SELECT 'bill ' || b.receipt_no, 'ledger says another ' || m.method || ' than the payments' FROM bill b
    JOIN voucher v ON v.bill_id = b.id AND v.kind = 'bill' JOIN (SELECT 'cash' AS method UNION ALL SELECT 'scan') m
    WHERE (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id AND y.method = m.method)
        <> (SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
            WHERE e.voucher_id = v.id AND e.account = m.method)
"""
_BILL_IS_ITS_LINES = """
SELECT 'bill ' || b.receipt_no, 'total is not the sum of its lines' FROM bill b
    WHERE b.total_fen <> (SELECT coalesce(sum(l.amount_fen), -1) FROM bill_line l WHERE l.bill_id = b.id)
UNION ALL SELECT 'bill ' || b.receipt_no || ' line ' || l.line_no, 'amount is not price times quantity, rounded once'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    WHERE l.amount_fen <> (2 * l.price_e4 * l.quantity + 100 * l.pack_size) / (200 * l.pack_size)
UNION ALL SELECT 'bill ' || b.receipt_no, 'total is not payments less rounding plus relief' FROM bill b
    WHERE b.total_fen <> (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id)
        - b.rounding_fen + b.waiver_fen
UNION ALL SELECT 'bill ' || b.receipt_no, 'cash kept is not cash taken less change' FROM bill b
    WHERE b.tendered_fen - b.change_fen
        <> (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id AND y.method = 'cash')
"""
_CORRECTED_ONCE = """
SELECT 'voucher ' || c.corrects_id, 'corrected ' || count(*) || ' times' FROM voucher c WHERE c.corrects_id IS NOT NULL
    GROUP BY c.corrects_id HAVING count(*) > 1
UNION ALL SELECT 'voucher ' || c.id, 'does not correct the voucher of its bill' FROM voucher c
    LEFT JOIN voucher o ON o.id = c.corrects_id
    WHERE c.kind = 'void' AND (o.id IS NULL OR o.kind <> 'bill' OR o.bill_id <> c.bill_id)
UNION ALL SELECT 'voucher ' || c.id || ' line ' || e.line_no, 'is not the mirror of what it corrects' FROM voucher c
    JOIN ledger_entry e ON e.voucher_id = c.id
    LEFT JOIN ledger_entry o ON o.voucher_id = c.corrects_id AND o.line_no = e.line_no
    WHERE c.kind = 'void' AND (o.account IS NOT e.account OR o.amount_fen IS NOT -e.amount_fen)
"""
_SHIFT = "'shift of ' || u.name || ' ' || datetime(s.opened_at / 1000, 'unixepoch', '+8 hours')"
_LEDGER_OF_SHIFT = (
    "(SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
    " WHERE v.shift_id = s.id AND e.account = '{account}')"
)
_SHIFT_IS_ITS_LEDGER = f"""
SELECT {_SHIFT}, 'cash is not the cash of its ledger' FROM shift s JOIN person u ON u.id = s.cashier_id
    WHERE s.closed_at IS NOT NULL AND s.cash_fen <> {_LEDGER_OF_SHIFT.format(account='cash')}
UNION ALL SELECT {_SHIFT}, 'scan payments are not those of its ledger' FROM shift s JOIN person u ON u.id = s.cashier_id
    WHERE s.closed_at IS NOT NULL AND s.scan_fen <> {_LEDGER_OF_SHIFT.format(account='scan')}
UNION ALL SELECT {_SHIFT}, 'voucher ' || v.id || ' is later than its close' FROM shift s
    JOIN person u ON u.id = s.cashier_id JOIN voucher v ON v.shift_id = s.id WHERE v.at > s.closed_at
UNION ALL SELECT 'voucher ' || v.id, 'stands in another shift than its bill' FROM voucher v
    JOIN bill b ON b.id = v.bill_id WHERE v.shift_id <> b.shift_id
UNION ALL SELECT 'bill ' || b.receipt_no, 'stands in another cashier''s shift' FROM bill b
    JOIN shift s ON s.id = b.shift_id WHERE s.cashier_id <> b.cashier_id
"""
_PAID_ONCE = f"""
SELECT 'charge line ' || lower(hex(l.charge_line_id)), 'is on ' || count(*) || ' bills that count'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE {_LIVE} GROUP BY l.charge_line_id HAVING count(*) > 1
UNION ALL SELECT 'bill ' || b.receipt_no || ' line ' || l.line_no, 'its charge line is not billed by it'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id JOIN charge_line c ON c.id = l.charge_line_id
    WHERE {_LIVE} AND c.bill_id IS NOT b.id
UNION ALL SELECT 'charge line ' || lower(hex(c.id)), 'is billed by a bill that does not hold it or does not count'
    FROM charge_line c JOIN bill b ON b.id = c.bill_id
    WHERE NOT ({_LIVE}) OR NOT EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.charge_line_id = c.id)
UNION ALL SELECT 'scan reference ' || y.reference, 'is on ' || count(*) || ' payments that count'
    FROM payment y JOIN bill b ON b.id = y.bill_id WHERE y.reference <> '' AND {_LIVE}
    GROUP BY y.reference HAVING count(*) > 1
"""
_NUMBERS = """
SELECT 'series ' || b.series, 'numbers run from ' || min(b.number) || ' to ' || max(b.number) || ', ' || count(*)
    || ' receipts' FROM bill b GROUP BY b.series
    HAVING min(b.number) <> 1 OR max(b.number) <> count(*) OR count(DISTINCT b.number) <> count(*)
UNION ALL SELECT 'series ' || b.series,
    'last number given is ' || coalesce(n.last, 0) || ', last receipt is ' || max(b.number)
    FROM bill b LEFT JOIN series n ON n.name = b.series GROUP BY b.series HAVING coalesce(n.last, 0) <> max(b.number)
UNION ALL SELECT 'bill ' || b.receipt_no, 'is not number ' || b.number || ' of ' || b.series FROM bill b
    WHERE b.receipt_no <> b.series || printf('%06d', b.number)
"""

INVARIANTS = (
    Invariant("M1", "每张收费单、每次作废都有一张借贷相平的凭证", _BALANCED),
    Invariant("M2", "收费单等于明细之和，也等于收到的钱", _BILL_IS_ITS_LINES),
    Invariant("M3", "每张凭证最多更正一次，作废是原凭证的镜像", _CORRECTED_ONCE),
    Invariant("M5", "交班的数等于账上的数，交班以后没有新账", _SHIFT_IS_ITS_LEDGER),
    Invariant("M6-bill", "一笔费用最多在一张有效的收费单上", _PAID_ONCE),
    Invariant("N1", "收据号从 1 起连续，不重不漏", _NUMBERS),
)
