"""Receipt numbers (N1) and the numbers of paper invoices (FE-06)."""

from clinic_app.kernel.invariants import Invariant

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
_INVOICES = """
WITH kept AS (SELECT id, prefix || printf('%0*d', width, first) AS first_no,
    prefix || printf('%0*d', width, coalesce(last_used, last)) AS last_no FROM invoice_book
    WHERE coalesce(last_used, last) >= first)
SELECT 'invoice book ' || k.prefix || k.first, 'numbers used are not the first ' || count(*) || ' of it'
    FROM invoice_book k JOIN invoice_use n ON n.book_id = k.id GROUP BY k.id
    HAVING min(n.number) <> k.first OR max(n.number) <> k.first + count(*) - 1 OR max(n.number) > k.last
UNION ALL SELECT 'invoice ' || n.invoice_no, 'counts although its bill is void' FROM invoice_use n
    JOIN bill_void x ON x.bill_id = n.bill_id WHERE n.void_reason = ''
UNION ALL SELECT 'bill ' || b.receipt_no, 'has ' || count(*) || ' invoices that count' FROM invoice_use n
    JOIN bill b ON b.id = n.bill_id WHERE n.void_reason = '' GROUP BY b.id HAVING count(*) > 1
UNION ALL SELECT 'invoice book ' || k.first_no, 'shares numbers with ' || o.first_no FROM kept k JOIN kept o
    ON o.id > k.id AND length(o.first_no) = length(k.first_no) AND o.first_no <= k.last_no AND k.first_no <= o.last_no
UNION ALL SELECT 'invoice ' || n.invoice_no, 'stands in another person''s shift' FROM invoice_use n
    JOIN shift s ON s.id = n.shift_id WHERE s.cashier_id <> n.used_by
UNION ALL SELECT 'invoice book ' || k.prefix || k.first, 'ended at another number than its last one' FROM invoice_book k
    WHERE k.ended_at IS NOT NULL AND k.last_used <> (SELECT coalesce(max(n.number), k.first - 1) FROM invoice_use n
        WHERE n.book_id = k.id)
"""

INVARIANTS = (
    Invariant("N1", "收据号从 1 起连续，不重不漏", _NUMBERS),
    Invariant("N1-invoice", "发票本的号按顺序用，一张单一个有效号", _INVOICES),
)
