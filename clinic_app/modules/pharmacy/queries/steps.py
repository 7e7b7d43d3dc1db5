"""Who waits for drugs, for the whole-visit board (全程看板)."""

from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.journey import Step

_TO_DISPENSE = (
    "SELECT k.visit_id, min(k.paid_at) FROM bill k CROSS JOIN charge_line c ON c.bill_id = k.id"
    " WHERE k.paid_on = ? AND c.source_kind = 'prescription' AND c.item_kind = 'drug' AND c.refunded < c.quantity"
    " AND NOT EXISTS (SELECT 1 FROM dispense d WHERE d.prescription_id = c.source_id)"
    " GROUP BY k.visit_id"
)


def steps(on: date) -> dict[bytes, Step]:
    """Visits of a day with a paid sheet that was not handed out."""
    return {visit_id: Step("to_dispense", since) for visit_id, since in db.rows(_TO_DISPENSE, (on.isoformat(),))}
