"""How far a sheet came (处方状态, RX-18), for the doctor who wrote it."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.pharmacy.queries.standing import standing
from clinic_app.modules.pharmacy.rules import Course, state_of

_COURSE = """
SELECT count(c.id),
    EXISTS (SELECT 1 FROM preparation q WHERE q.prescription_id = p.id AND q.ended_at IS NULL),
    coalesce(sum((SELECT coalesce(sum(g.quantity), 0) FROM dispense_line g WHERE g.line_id = c.source_line_id)), 0),
    coalesce(sum(c.quantity - (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f
        WHERE f.line_id = c.source_line_id)), 0),
    coalesce(sum((SELECT coalesce(sum(r.quantity), 0) FROM drug_return_line r
        WHERE r.line_id = c.source_line_id AND r.outcome <> 'refused')), 0),
    coalesce((SELECT max(d.dispensed_at) FROM dispense d WHERE d.prescription_id = p.id), max(b.paid_at))
FROM prescription p
LEFT JOIN charge_line c ON c.source_id = p.id AND c.source_kind = 'prescription' AND c.state = 'billed'
LEFT JOIN bill b ON b.id = c.bill_id
WHERE p.id = ? AND p.state = 'signed' GROUP BY p.id
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a signed sheet, a value of `rules.state_of`, and since when (ms) where that is known."""

    state: str
    at: int | None


def progress(prescription_id: bytes) -> Progress | None:
    """Where a signed sheet is now; None for drafts and voided ones."""
    found = db.row(_COURSE, (prescription_id,))
    if found is None:
        return None
    paid_lines, is_prepared, given, wanted, returned, at = found
    last = standing(prescription_id).last
    told = Course(last.what if last else None, bool(paid_lines), bool(is_prepared), given, wanted - given, returned)
    return Progress(state_of(told), at or (last.at if last else None))
