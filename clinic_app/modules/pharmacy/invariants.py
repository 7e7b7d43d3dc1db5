"""What must always hold for what was handed out, brought back, registered and traced (S2 to S6, O3, PH-04)."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "S2", "发出的药不超过已缴费的处方量",
        "SELECT 'line ' || lower(hex(x.line_id)), 'dispensed ' || x.given || ', ordered and paid ' || x.ordered FROM ("
        " SELECT l.line_id, sum(l.quantity) AS given, coalesce((SELECT sum(c.quantity) FROM charge_line c"
        "  JOIN prescription_line o ON o.id = c.source_line_id JOIN prescription p ON p.id = o.prescription_id"
        "  WHERE c.source_line_id = l.line_id AND c.source_kind = 'prescription' AND c.state = 'billed'"
        "  AND p.state = 'signed' AND c.source_id = p.id), 0) AS ordered"
        " FROM dispense_line l GROUP BY l.line_id) AS x WHERE x.given > x.ordered",
    ),
    Invariant(
        "S2-whole", "没给足的药都记着欠药的原因",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || c.line_no, 'paid ' || c.quantity || ', dispensed ' ||"
        " (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = c.source_line_id)"
        " || ', and the last part says not why' FROM dispense d JOIN prescription p ON p.id = d.prescription_id"
        " JOIN charge_line c ON c.source_id = p.id AND c.source_kind = 'prescription' AND c.state = 'billed'"
        " WHERE d.short_reason = '' AND NOT EXISTS (SELECT 1 FROM dispense n WHERE n.prescription_id = p.id"
        " AND n.part_no > d.part_no) AND c.quantity"
        " - (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f"
        "  WHERE f.line_id = c.source_line_id)"
        " <> (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = c.source_line_id)",
    ),
    Invariant(
        "S3", "发出的和未发先退的合起来不超过已缴费的",
        "SELECT 'line ' || lower(hex(f.line_id)), 'refunded without return ' || sum(f.quantity - f.from_returned)"
        " || ', paid less dispensed ' || ((SELECT coalesce(sum(c.quantity), 0) FROM charge_line c"
        "  JOIN prescription_line o ON o.id = f.line_id WHERE c.source_id = o.prescription_id"
        "  AND c.source_line_id = f.line_id AND c.state = 'billed')"
        " - (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = f.line_id)) AS room"
        " FROM refunded_line f GROUP BY f.line_id HAVING sum(f.quantity - f.from_returned) >"
        " ((SELECT coalesce(sum(c.quantity), 0) FROM charge_line c"
        "  JOIN prescription_line o ON o.id = f.line_id WHERE c.source_id = o.prescription_id"
        "  AND c.source_line_id = f.line_id AND c.state = 'billed')"
        " - (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = f.line_id))",
    ),
    Invariant(
        "S3-refunds", "药房记的退费和收费处的一样",
        "SELECT 'line ' || lower(hex(c.source_line_id)), 'cashier refunded ' || c.refunded || ', pharmacy knows '"
        " || coalesce((SELECT sum(f.quantity) FROM refunded_line f WHERE f.line_id = c.source_line_id), 0)"
        " FROM charge_line c WHERE c.source_kind = 'prescription' AND c.item_kind = 'drug' AND c.state = 'billed'"
        " AND EXISTS (SELECT 1 FROM prescription_line o WHERE o.id = c.source_line_id)"
        " AND c.refunded <> coalesce((SELECT sum(f.quantity) FROM refunded_line f"
        " WHERE f.line_id = c.source_line_id), 0)",
    ),
    Invariant(
        "S3-held", "预留的正是缴了费还没发的",
        "WITH due AS (SELECT c.source_line_id AS line_id, c.source_id AS sheet, max(c.quantity"
        " - (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = c.source_line_id)"
        " - (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f"
        "  WHERE f.line_id = c.source_line_id), 0) AS units FROM charge_line c"
        " WHERE c.source_kind = 'prescription' AND c.item_kind = 'drug' AND c.state = 'billed'),"
        " held AS (SELECT line_id, sum(quantity) AS units FROM reservation WHERE state = 'live' GROUP BY line_id)"
        " SELECT 'line ' || lower(hex(d.line_id)), 'paid and not dispensed ' || d.units || ', reserved ' ||"
        " coalesce(h.units, 0) FROM due d LEFT JOIN held h ON h.line_id = d.line_id"
        " WHERE coalesce(h.units, 0) > d.units OR (coalesce(h.units, 0) < d.units"
        "  AND NOT EXISTS (SELECT 1 FROM dispense x WHERE x.prescription_id = d.sheet)"
        "  AND NOT EXISTS (SELECT 1 FROM reservation r WHERE r.line_id = d.line_id"
        "   AND r.state IN ('lapsed', 'released')))"
        " UNION ALL SELECT 'line ' || lower(hex(h.line_id)), 'reserved ' || h.units || ', nothing paid' FROM held h"
        " WHERE typeof(h.line_id) = 'blob' AND EXISTS (SELECT 1 FROM prescription_line o WHERE o.id = h.line_id)"
        " AND NOT EXISTS (SELECT 1 FROM due d WHERE d.line_id = h.line_id)",
    ),
    Invariant(
        "S4", "退回的药不超过发出的",
        "SELECT 'line ' || lower(hex(r.line_id)) || ' batch ' || lower(hex(r.batch_id)), 'returned ' || sum(r.quantity)"
        " || ', dispensed ' || (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.line_id = r.line_id"
        " AND l.batch_id = r.batch_id) FROM drug_return_line r WHERE r.outcome <> 'refused'"
        " GROUP BY r.line_id, r.batch_id HAVING sum(r.quantity) > (SELECT coalesce(sum(l.quantity), 0)"
        " FROM dispense_line l WHERE l.line_id = r.line_id AND l.batch_id = r.batch_id)",
    ),
    Invariant(
        "S4-moves", "收下的退药和库存入库一一对应",
        "SELECT 'return ' || lower(hex(x.document)) || ' batch ' || lower(hex(x.batch)),"
        " 'accepted ' || sum(x.lines) || ', stock moves ' || sum(x.moved) FROM ("
        " SELECT return_id AS document, batch_id AS batch, quantity AS lines, 0 AS moved FROM drug_return_line"
        "  WHERE outcome <> 'refused'"
        " UNION ALL SELECT document_id, batch_id, 0, quantity FROM stock_move WHERE kind = 'return') AS x"
        " GROUP BY x.document, x.batch HAVING sum(x.lines) <> sum(x.moved)",
    ),
    Invariant(
        "S4-refunded", "按退药退的钱都有收下的退药",
        "SELECT 'line ' || lower(hex(f.line_id)), 'refunded as returned ' || sum(f.from_returned) || ', accepted ' ||"
        " (SELECT coalesce(sum(r.quantity), 0) FROM drug_return_line r WHERE r.line_id = f.line_id"
        "  AND r.outcome <> 'refused') FROM refunded_line f GROUP BY f.line_id HAVING sum(f.from_returned) >"
        " (SELECT coalesce(sum(r.quantity), 0) FROM drug_return_line r WHERE r.line_id = f.line_id"
        "  AND r.outcome <> 'refused')",
    ),
    Invariant(
        "S5", "麻精专册的结存等于库存",
        "SELECT 'batch ' || b.batch_no, 'register ' || e.balance || ', stock ' || (SELECT coalesce(sum(s.on_hand), 0)"
        " FROM stock_balance s WHERE s.batch_id = e.batch_id AND s.is_external = 0) FROM controlled_entry e"
        " JOIN batch b ON b.id = e.batch_id WHERE e.id = (SELECT max(x.id) FROM controlled_entry x"
        " WHERE x.batch_id = e.batch_id) AND e.balance <> (SELECT coalesce(sum(s.on_hand), 0) FROM stock_balance s"
        " WHERE s.batch_id = e.batch_id AND s.is_external = 0)",
    ),
    Invariant(
        "S5-sums", "麻精专册每一行的结存都接得上",
        "SELECT 'entry ' || id, 'balance ' || balance || ', expected ' || expected FROM (SELECT id, balance,"
        " sum(quantity) OVER (PARTITION BY batch_id ORDER BY id) AS expected FROM controlled_entry)"
        " WHERE balance <> expected",
    ),
    Invariant(
        "S5-empties", "收回的空安瓿不超过发出的",
        "SELECT 'line ' || lower(hex(m.line_id)), 'empties ' || sum(m.quantity) || ', issued ' ||"
        " (SELECT coalesce(-sum(e.quantity), 0) FROM controlled_entry e WHERE e.line_id = m.line_id)"
        " FROM empty_container m GROUP BY m.line_id HAVING sum(m.quantity) >"
        " (SELECT coalesce(-sum(e.quantity), 0) FROM controlled_entry e WHERE e.line_id = m.line_id)",
    ),
    Invariant(
        "S6", "每个追溯码卖出的量不超过一包",
        "SELECT 'code ' || c.code, 'sold ' || sum(s.quantity - coalesce((SELECT sum(r.quantity) FROM trace_release r"
        " WHERE r.sale_id = s.id AND r.is_sellable = 1), 0)) || ', pack ' || c.pack_size FROM trace_code c"
        " JOIN trace_sale s ON s.code = c.code"
        " GROUP BY c.code HAVING sum(s.quantity - coalesce((SELECT sum(r.quantity) FROM trace_release r"
        " WHERE r.sale_id = s.id AND r.is_sellable = 1), 0)) > c.pack_size"
        " UNION ALL SELECT 'code ' || s.code, 'released more than sold' FROM trace_sale s WHERE s.quantity <"
        " (SELECT sum(r.quantity) FROM trace_release r WHERE r.sale_id = s.id)"
        " UNION ALL SELECT 'code ' || s.code, 'sold with another drug' FROM trace_sale s JOIN trace_code c"
        " ON c.code = s.code JOIN prescription_line o ON o.id = s.line_id WHERE o.drug_id <> c.drug_id",
    ),
    Invariant(
        "S2-queue", "缴了费、一点没发的处方都在待发队列里",
        "SELECT 'sheet ' || lower(hex(c.source_id)), 'paid, nothing handed out, not in the queue'"
        " FROM charge_line c JOIN bill b ON b.id = c.bill_id"
        " WHERE c.source_kind = 'prescription' AND c.item_kind = 'drug' AND c.state = 'billed'"
        " AND NOT EXISTS (SELECT 1 FROM dispense d WHERE d.prescription_id = c.source_id)"
        " AND NOT EXISTS (SELECT 1 FROM paid_sheet q WHERE q.bill_id = c.bill_id AND q.prescription_id = c.source_id"
        "  AND q.paid_on = b.paid_on) GROUP BY c.source_id"
        " UNION ALL SELECT 'sheet ' || lower(hex(q.prescription_id)), 'in the queue under a bill that counts no more'"
        " FROM paid_sheet q JOIN bill_void x ON x.bill_id = q.bill_id",
    ),
    Invariant(
        "S2-paid", "发药都有一张有效的已收费单",
        "SELECT 'dispense ' || lower(hex(d.id)), 'its bill is voided or paid for another sheet' FROM dispense d"
        " WHERE EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = d.bill_id) OR NOT EXISTS"
        " (SELECT 1 FROM charge_line c WHERE c.bill_id = d.bill_id AND c.source_id = d.prescription_id"
        "  AND c.source_kind = 'prescription' AND c.state = 'billed')"
        " UNION ALL SELECT 'dispense ' || lower(hex(d.id)), 'belongs to another visit than its sheet or bill'"
        " FROM dispense d JOIN prescription p ON p.id = d.prescription_id JOIN bill b ON b.id = d.bill_id"
        " WHERE d.visit_id <> p.visit_id OR d.visit_id <> b.visit_id OR d.patient_id <> p.patient_id",
    ),
    Invariant(
        "S2-expiry", "没有发出过期的批号",
        "SELECT 'dispense ' || lower(hex(d.id)) || ' line ' || l.line_no,"
        " 'batch of ' || b.expires_on || ' dispensed on ' || d.dispensed_on"
        " FROM dispense_line l JOIN dispense d ON d.id = l.dispense_id JOIN batch b ON b.id = l.batch_id"
        " WHERE b.expires_on < d.dispensed_on",
    ),
    Invariant(
        "S2-moves", "发药和库存出库一一对应",
        "SELECT 'dispense ' || lower(hex(x.document)) || ' batch ' || lower(hex(x.batch)),"
        " 'lines ' || sum(x.lines) || ', stock moves ' || sum(x.moved) FROM ("
        " SELECT dispense_id AS document, batch_id AS batch, quantity AS lines, 0 AS moved FROM dispense_line"
        " UNION ALL SELECT document_id, batch_id, 0, quantity FROM stock_move WHERE kind = 'dispense') AS x"
        " GROUP BY x.document, x.batch HAVING sum(x.lines) <> sum(x.moved)"
        " UNION ALL SELECT 'dispense ' || lower(hex(d.id)), 'has no lines' FROM dispense d"
        " WHERE NOT EXISTS (SELECT 1 FROM dispense_line l WHERE l.dispense_id = d.id)"
        " UNION ALL SELECT 'dispense ' || lower(hex(l.dispense_id)) || ' line ' || l.line_no, 'batch of another drug'"
        " FROM dispense_line l JOIN batch b ON b.id = l.batch_id JOIN prescription_line o ON o.id = l.line_id"
        " WHERE b.drug_id <> l.drug_id OR o.drug_id <> l.drug_id",
    ),
    Invariant(
        "O3", "发药时已知的过敏都有医生的理由",
        "SELECT DISTINCT 'dispense ' || lower(hex(d.id)) || ' line ' || o.line_no,"
        " 'allergy ' || json_extract(a.value, '$.kind') || ' ' || json_extract(a.value, '$.code') || ' has no reason'"
        " FROM dispense d JOIN json_each(d.allergies) a JOIN dispense_line l ON l.dispense_id = d.id"
        " JOIN prescription_line o ON o.id = l.line_id JOIN drug g ON g.id = o.drug_id"
        " WHERE ((json_extract(a.value, '$.kind') = 'drug' AND json_extract(a.value, '$.code') = g.code)"
        " OR (json_extract(a.value, '$.kind') = 'group' AND json_extract(a.value, '$.code') IN"
        " (SELECT h.value FROM json_each(l.drug_groups) h))"
        " OR EXISTS (SELECT 1 FROM json_each(a.value, '$.groups') m JOIN json_each(l.drug_groups) h"
        " ON h.value = m.value)"
        " OR EXISTS (SELECT 1 FROM json_each(a.value, '$.substances') m JOIN json_each(l.drug_substances) h"
        " ON h.value = m.value)) AND NOT EXISTS (SELECT 1 FROM kept_stop k"
        " WHERE k.line_id = o.id AND k.kind = json_extract(a.value, '$.kind')"
        " AND k.code = json_extract(a.value, '$.code'))",
    ),
    Invariant(
        "O3-signed", "发药都有配药和核发的人",
        "SELECT 'dispense ' || lower(hex(d.id)), 'signed by nobody of the staff' FROM dispense d WHERE NOT EXISTS"
        " (SELECT 1 FROM person p WHERE p.id = d.prepared_by) OR NOT EXISTS"
        " (SELECT 1 FROM person p WHERE p.id = d.dispensed_by)",
    ),
)  # fmt: skip
