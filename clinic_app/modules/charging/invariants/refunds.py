"""Refunds (退费): red is the mirror of blue, never more goes back than was paid, by channel and by line (M4)."""

from clinic_app.kernel.invariants import Invariant

_WAYS = "(SELECT code AS method FROM payment_method UNION ALL SELECT 'arrears')"
_RED_IS_MINUS_BLUE = f"""
SELECT 'red ' || r.receipt_no, 'is not the bill ' || o.receipt_no || ' with every sign turned' FROM bill r
    JOIN bill o ON o.id = r.corrects_id
    WHERE r.total_fen <> -o.total_fen OR r.waiver_fen <> -o.waiver_fen OR r.rounding_fen <> -o.rounding_fen
        OR o.kind <> 'blue' OR r.root_id <> coalesce(o.root_id, o.id)
UNION ALL SELECT 'red ' || r.receipt_no, 'turns another ' || m.method || ' than was paid' FROM bill r JOIN {_WAYS} m
    WHERE r.kind = 'red' AND (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y
        WHERE y.bill_id IN (r.id, r.corrects_id) AND y.method = m.method) <> 0
UNION ALL SELECT 'red ' || r.receipt_no, 'belongs to no refund' FROM bill r
    WHERE r.kind = 'red' AND NOT EXISTS (SELECT 1 FROM refund f WHERE f.red_id = r.id AND f.bill_id = r.corrects_id)
UNION ALL SELECT 'bill ' || b.receipt_no, 'is a rest of no refund' FROM bill b
    WHERE b.kind = 'blue' AND b.root_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refund f WHERE f.rest_id = b.id)
UNION ALL SELECT 'bill ' || o.receipt_no, 'is void and red at once' FROM bill r JOIN bill o ON o.id = r.corrects_id
    JOIN bill_void x ON x.bill_id = o.id
"""
_REFUND_LIMIT = f"""
SELECT 'charge line ' || lower(hex(c.id)), 'says ' || c.refunded || ' taken back, its refunds say otherwise'
    FROM charge_line c WHERE c.refunded <> (SELECT coalesce(sum(l.quantity), 0) FROM refund_line l
        WHERE l.charge_line_id = c.id)
UNION ALL SELECT 'refund of bill ' || o.receipt_no, 'keeps more by ' || m.method || ' than was paid by it'
    FROM refund f JOIN bill o ON o.id = f.bill_id JOIN {_WAYS} m
    WHERE (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = f.rest_id AND y.method = m.method)
        > (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = f.bill_id AND y.method = m.method)
UNION ALL SELECT 'refund of bill ' || o.receipt_no, 'gave another ' || m.method || ' than the ledger says'
    FROM refund f JOIN bill o ON o.id = f.bill_id JOIN payment_method p JOIN {_WAYS} m ON m.method = p.code
    WHERE (SELECT coalesce(sum(y.amount_fen), 0) FROM refund_payment y WHERE y.refund_id = f.id AND y.method = m.method)
        <> -(SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id
            WHERE v.bill_id IN (f.red_id, f.rest_id) AND e.account = m.method)
UNION ALL SELECT 'bill ' || o.receipt_no, 'more was given back than was paid for it' FROM bill o
    WHERE o.root_id IS NULL AND o.kind = 'blue' AND EXISTS (SELECT 1 FROM refund f WHERE f.root_id = o.id)
        AND (SELECT coalesce(sum(y.amount_fen), 0) FROM refund f JOIN refund_payment y ON y.refund_id = f.id
            WHERE f.root_id = o.id)
        > (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = o.id AND y.method <> 'arrears')
        + (SELECT coalesce(sum(y.amount_fen), 0) FROM voucher v JOIN settlement_payment y ON y.voucher_id = v.id
            WHERE v.bill_id = o.id AND v.kind = 'settlement')
UNION ALL SELECT 'bill ' || o.receipt_no, 'arrears below nothing' FROM bill o WHERE o.root_id IS NULL
    AND EXISTS (SELECT 1 FROM payment y WHERE y.bill_id = o.id AND y.method = 'arrears')
    AND (SELECT coalesce(sum(e.amount_fen), 0) FROM bill b JOIN voucher v ON v.bill_id = b.id
        JOIN ledger_entry e ON e.voucher_id = v.id AND e.account = 'arrears' WHERE o.id IN (b.id, b.root_id)) < 0
UNION ALL SELECT 'refund of bill ' || o.receipt_no, 'its lines are not what the bill lost'
    FROM refund f JOIN bill o ON o.id = f.bill_id LEFT JOIN bill r ON r.id = f.rest_id
    WHERE o.total_fen - coalesce(r.total_fen, 0) <> (SELECT coalesce(sum(l.amount_fen), 0) FROM refund_line l
        WHERE l.refund_id = f.id)
UNION ALL SELECT 'refund of bill ' || o.receipt_no, 'its approval is for another refund'
    FROM refund f JOIN bill o ON o.id = f.bill_id JOIN approval a ON a.id = f.approval_id
    WHERE a.kind <> 'refund' OR a.bill_id IS NOT f.bill_id OR a.used_bill_id IS NOT f.red_id
        OR a.amount_fen <> (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = f.bill_id)
            - (SELECT coalesce(sum(y.amount_fen), 0) FROM payment y WHERE y.bill_id = f.rest_id)
UNION ALL SELECT 'approval ' || lower(hex(a.id)), 'is used by no refund' FROM approval a
    WHERE a.kind = 'refund' AND a.state = 'used' AND NOT EXISTS (SELECT 1 FROM refund f WHERE f.approval_id = a.id)
UNION ALL SELECT 'approval ' || lower(hex(a.id)), 'was decided by who asked for it' FROM approval a
    WHERE a.decided_by = a.asked_by
"""

INVARIANTS = (
    Invariant("M4-red", "红字等于原单取负，退剩的另开一张", _RED_IS_MINUS_BLUE),
    Invariant("M4", "每种支付方式、每一项，退的都不多于收的", _REFUND_LIMIT),
)
