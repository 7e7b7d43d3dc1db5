"""What must always hold for what was handed out (S2, O3, PH-04)."""

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
        "S2-whole", "发出的每张处方药量都给足",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || o.line_no, 'paid ' || c.quantity || ', dispensed ' ||"
        " (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.dispense_id = d.id AND l.line_id = o.id)"
        " FROM dispense d JOIN prescription p ON p.id = d.prescription_id"
        " JOIN charge_line c ON c.bill_id = d.bill_id AND c.source_id = p.id AND c.source_kind = 'prescription'"
        " JOIN prescription_line o ON o.id = c.source_line_id"
        " WHERE c.quantity <> (SELECT coalesce(sum(l.quantity), 0) FROM dispense_line l WHERE l.dispense_id = d.id"
        " AND l.line_id = o.id)",
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
