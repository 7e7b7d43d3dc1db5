"""Bills, their lines, payments and vouchers (M1, M2, M3, M6)."""

from clinic_app.kernel.invariants import Invariant

_LIVE = (
    "b.kind = 'blue' AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"
    " AND NOT EXISTS (SELECT 1 FROM bill r WHERE r.corrects_id = b.id)"
)
_WAYS = "(SELECT code AS method FROM payment_method UNION ALL SELECT 'arrears')"

_BALANCED = f"""
SELECT 'voucher ' || v.id, 'adds up to ' || coalesce(sum(e.amount_fen), 0) || ' fen'
FROM voucher v LEFT JOIN ledger_entry e ON e.voucher_id = v.id GROUP BY v.id HAVING coalesce(sum(e.amount_fen), 0) <> 0
UNION ALL SELECT 'bill ' || b.receipt_no, 'no voucher' FROM bill b WHERE NOT EXISTS (SELECT 1 FROM voucher v
    WHERE v.bill_id = b.id AND v.kind = CASE b.kind WHEN 'red' THEN 'red' ELSE 'bill' END)
UNION ALL SELECT 'void of bill ' || b.receipt_no, 'no voucher of its own' FROM bill b
    JOIN bill_void x ON x.bill_id = b.id
    WHERE NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = x.voucher_id AND v.bill_id = b.id AND v.kind = 'void')
UNION ALL SELECT 'voucher ' || v.id, 'a void that no bill knows' FROM voucher v
    WHERE v.kind = 'void' AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.voucher_id = v.id)
UNION ALL SELECT 'bill ' || b.receipt_no, 'ledger says another income than the bill' FROM bill b
    JOIN voucher v ON v.bill_id = b.id AND v.kind IN ('bill', 'red')
    WHERE b.total_fen <> -(SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
        WHERE e.voucher_id = v.id AND e.account GLOB 'income:*')
UNION ALL SELECT 'bill ' || b.receipt_no, 'ledger says another ' || m.method || ' than the payments' FROM bill b
    JOIN voucher v ON v.bill_id = b.id AND v.kind IN ('bill', 'red') JOIN {_WAYS} m
    WHERE (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id AND y.method = m.method)
        <> (SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
            WHERE e.voucher_id = v.id AND e.account = m.method)
UNION ALL SELECT 'voucher ' || v.id, 'ledger says another ' || m.method || ' than settled the arrears' FROM voucher v
    JOIN {_WAYS} m ON m.method <> 'arrears' WHERE v.kind = 'settlement'
        AND (SELECT coalesce(sum(y.amount_fen), 0) FROM settlement_payment y
            WHERE y.voucher_id = v.id AND y.method = m.method)
        <> (SELECT coalesce(sum(e.amount_fen), 0) FROM ledger_entry e
            WHERE e.voucher_id = v.id AND e.account = m.method)
UNION ALL SELECT 'bill ' || b.receipt_no, 'paid by ' || y.method || ', which is no way to pay' FROM bill b
    JOIN payment y ON y.bill_id = b.id WHERE y.method NOT IN (SELECT method FROM {_WAYS})
"""
_BILL_IS_ITS_LINES = """
SELECT 'bill ' || b.receipt_no, 'total is not the sum of its lines' FROM bill b
    WHERE b.kind = 'blue'
        AND b.total_fen <> (SELECT coalesce(sum(l.amount_fen), -1) FROM bill_line l WHERE l.bill_id = b.id)
UNION ALL SELECT 'bill ' || b.receipt_no || ' line ' || l.line_no, 'amount is not price times quantity, rounded once'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    WHERE l.amount_fen <> (2 * l.price_e4 * l.quantity + 100 * l.pack_size) / (200 * l.pack_size)
UNION ALL SELECT 'bill ' || b.receipt_no, 'total is not payments less rounding plus relief' FROM bill b
    WHERE b.total_fen <> (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id)
        - b.rounding_fen + b.waiver_fen
UNION ALL SELECT 'bill ' || b.receipt_no, 'cash kept is not cash taken less change' FROM bill b
    WHERE b.kind = 'blue' AND b.tendered_fen - b.change_fen
        <> (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = b.id AND y.method = 'cash')
UNION ALL SELECT 'bill ' || b.receipt_no, 'line ' || l.line_no || ' has no fee class' FROM bill b
    JOIN bill_line l ON l.bill_id = b.id
    WHERE NOT EXISTS (SELECT 1 FROM fee_mapping f WHERE f.category = l.category AND f.valid_from <= b.paid_on)
UNION ALL SELECT 'bill ' || b.receipt_no, 'relief is not what was approved for it' FROM bill b
    WHERE b.root_id IS NULL AND b.waiver_fen <> (SELECT coalesce(sum(a.amount_fen), 0) FROM approval a
        WHERE a.used_bill_id = b.id AND a.kind = 'relief')
UNION ALL SELECT 'bill ' || b.receipt_no, 'arrears are not what was approved for it' FROM bill b
    WHERE b.root_id IS NULL AND (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y
        WHERE y.bill_id = b.id AND y.method = 'arrears') <> (SELECT coalesce(sum(a.amount_fen), 0) FROM approval a
        WHERE a.used_bill_id = b.id AND a.kind = 'arrears')
"""
_CORRECTED_ONCE = """
SELECT 'voucher ' || c.corrects_id, 'corrected ' || count(*) || ' times' FROM voucher c WHERE c.corrects_id IS NOT NULL
    GROUP BY c.corrects_id HAVING count(*) > 1
UNION ALL SELECT 'voucher ' || c.id, 'does not correct the voucher of its bill' FROM voucher c
    LEFT JOIN voucher o ON o.id = c.corrects_id JOIN bill b ON b.id = c.bill_id
    WHERE c.kind IN ('void', 'red') AND (o.id IS NULL OR o.kind <> 'bill' OR o.bill_id <> coalesce(b.corrects_id, b.id))
UNION ALL SELECT 'voucher ' || c.id || ' line ' || e.line_no, 'is not the mirror of what it corrects' FROM voucher c
    JOIN ledger_entry e ON e.voucher_id = c.id
    LEFT JOIN ledger_entry o ON o.voucher_id = c.corrects_id AND o.line_no = e.line_no
    WHERE c.kind IN ('void', 'red') AND (o.account IS NOT e.account OR o.amount_fen IS NOT -e.amount_fen)
"""
_PAID_ONCE = f"""
SELECT 'charge line ' || lower(hex(l.charge_line_id)), 'is on ' || count(*) || ' bills that count'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE {_LIVE} GROUP BY l.charge_line_id HAVING count(*) > 1
UNION ALL SELECT 'bill ' || b.receipt_no || ' line ' || l.line_no, 'its charge line is not billed by it'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id JOIN charge_line c ON c.id = l.charge_line_id
    WHERE {_LIVE} AND c.bill_id IS NOT coalesce(b.root_id, b.id)
UNION ALL SELECT 'charge line ' || lower(hex(c.id)), 'is billed by a bill that does not hold it or does not count'
    FROM charge_line c JOIN bill b ON b.id = c.bill_id
    WHERE EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id) OR b.root_id IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.charge_line_id = c.id)
UNION ALL SELECT 'bill ' || b.receipt_no || ' line ' || l.line_no, 'is not what refunds left of its charge line'
    FROM bill_line l JOIN bill b ON b.id = l.bill_id JOIN charge_line c ON c.id = l.charge_line_id
    WHERE {_LIVE} AND l.quantity <> c.quantity - c.refunded
UNION ALL SELECT 'scan reference ' || y.reference, 'is on ' || count(DISTINCT y.paid) || ' payments that count'
    FROM (SELECT y.reference, hex(coalesce(b.root_id, b.id)) AS paid FROM payment y JOIN bill b ON b.id = y.bill_id
        WHERE y.reference <> '' AND b.kind = 'blue' AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)
        UNION ALL SELECT s.reference, 'settlement ' || s.voucher_id FROM settlement_payment s WHERE s.reference <> ''
    ) AS y GROUP BY y.reference HAVING count(DISTINCT y.paid) > 1
"""
_ASKED = """
SELECT 'sheet ' || p.prescription_no || ' line ' || l.line_no, 'is to be paid for ' ||
    coalesce((SELECT sum(c.quantity) FROM charge_line c WHERE c.source_id = p.id AND c.source_line_id = l.id
        AND c.state <> 'withdrawn'), 0) || ', signed for ' || l.quantity
    FROM prescription p JOIN prescription_line l ON l.prescription_id = p.id
    WHERE p.state = 'signed' AND l.deleted_at IS NULL AND l.is_own = 0 AND NOT EXISTS (SELECT 1 FROM charge_line c
        WHERE c.source_id = p.id AND c.source_line_id = l.id AND c.state <> 'withdrawn' AND c.item_id = l.drug_id
        AND c.quantity = l.quantity AND c.visit_id = p.visit_id AND c.patient_id = p.patient_id)
UNION ALL SELECT 'request ' || q.request_no || ' line ' || l.line_no, 'nobody is asked to pay for it'
    FROM request q JOIN request_line l ON l.request_id = q.id
    WHERE q.state = 'signed' AND l.deleted_at IS NULL AND l.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1
        FROM charge_line c WHERE c.source_id = q.id AND c.source_line_id = l.id AND c.state <> 'withdrawn'
        AND c.item_id = l.service_item_id AND c.quantity = l.quantity AND c.visit_id = q.visit_id)
"""

INVARIANTS = (
    Invariant("M1", "每张收费单、每次作废和冲红都有一张借贷相平的凭证", _BALANCED),
    Invariant("M2", "收费单等于明细之和，也等于收到的钱", _BILL_IS_ITS_LINES),
    Invariant("M3", "每张凭证最多更正一次，作废和冲红是原凭证的镜像", _CORRECTED_ONCE),
    Invariant("M6-asked", "签了的处方和申请，每一项都有一笔一样多的费用", _ASKED),
    Invariant("M6-bill", "一笔费用最多在一张有效的收费单上", _PAID_ONCE),
)
