"""Drugs that patients have paid for and not got (欠药)."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.stock import queries as stock

# Only the last part of a sheet that still owes says why something was kept back; the index dispense_short holds those.
_OWED = """
SELECT d.prescription_id, p.prescription_no, d.patient_id, t.name, v.queue_no, d.dispensed_at, d.short_reason,
    c.item_id,
    c.quantity - (SELECT coalesce(sum(g.quantity), 0) FROM dispense_line g WHERE g.line_id = c.source_line_id)
        - (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f
            WHERE f.line_id = c.source_line_id) AS left,
    (SELECT coalesce(sum(r.quantity), 0) FROM reservation r WHERE r.line_id = c.source_line_id AND r.state = 'live'),
    b.receipt_no
FROM dispense d JOIN prescription p ON p.id = d.prescription_id JOIN patient t ON t.id = d.patient_id
JOIN visit v ON v.id = d.visit_id JOIN bill b ON b.id = d.bill_id
JOIN charge_line c ON c.source_id = d.prescription_id AND c.source_kind = 'prescription' AND c.state = 'billed'
WHERE d.short_reason <> '' AND NOT EXISTS
    (SELECT 1 FROM dispense n WHERE n.prescription_id = d.prescription_id AND n.part_no > d.part_no)
    AND left > 0
ORDER BY d.dispensed_at, p.prescription_no, c.line_no LIMIT 300
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One drug owed: `left` minimum units, of which `held` lie ready; `free` more can be held at once."""

    prescription_id: bytes
    prescription_no: str
    patient_id: bytes
    name: str
    queue_no: int
    dispensed_at: int
    short_reason: str
    drug_id: bytes
    left: int
    held: int
    receipt_no: str
    free: int

    @property
    def is_ready(self) -> bool:
        return self.held + self.free >= self.left


def owed_list(on: date) -> list[Owed]:
    """What is owed to patients, the oldest first, with what the shelves hold for it now."""
    rows = db.rows(_OWED)
    free = stock.available_of((row[7] for row in rows), on)
    return [Owed(*row, free[row[7]]) for row in rows]
