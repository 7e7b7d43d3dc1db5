"""How far the sheets of a visit have come, for the doctor's page (处方状态, RX-18)."""

from clinic_app.kernel import db
from clinic_app.modules.pharmacy.rules import Progress, sheet_state

_OF_VISIT = """
SELECT p.id,
    (SELECT coalesce(sum(c.quantity), 0) FROM charge_line c WHERE c.source_id = p.id AND c.source_kind = 'prescription'
        AND c.state = 'billed'),
    (SELECT coalesce(sum(g.quantity), 0) FROM dispense d JOIN dispense_line g ON g.dispense_id = d.id
        WHERE d.prescription_id = p.id),
    (SELECT coalesce(sum(l.quantity), 0) FROM drug_return r JOIN drug_return_line l ON l.return_id = r.id
        WHERE r.prescription_id = p.id AND l.outcome <> 'refused'),
    (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM prescription_line o
        JOIN refunded_line f ON f.line_id = o.id WHERE o.prescription_id = p.id),
    EXISTS (SELECT 1 FROM preparation n WHERE n.prescription_id = p.id AND n.ended_at IS NULL),
    (SELECT e.what FROM (
        SELECT r.outcome AS what, r.reviewed_at AS at, 0 AS answer FROM sheet_review r WHERE r.prescription_id = p.id
        UNION ALL SELECT 'asked', q.asked_at, 0 FROM sheet_question q WHERE q.prescription_id = p.id
        UNION ALL SELECT q.decision, q.answered_at, 1 FROM sheet_question q
            WHERE q.prescription_id = p.id AND q.decision IS NOT NULL) AS e
        ORDER BY e.at DESC, e.answer DESC LIMIT 1)
FROM prescription p WHERE p.visit_id = ? AND p.state = 'signed'
"""


def sheet_states(visit_id: bytes) -> dict[bytes, str]:
    """The state of each signed sheet of a visit that went further than its signature."""
    found = {row[0]: sheet_state(Progress(*row[1:])) for row in db.rows(_OF_VISIT, (visit_id,))}
    return {sheet_id: state for sheet_id, state in found.items() if state}
