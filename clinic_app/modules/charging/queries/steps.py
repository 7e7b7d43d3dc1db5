"""Who waits to pay, for the whole-visit board (全程看板)."""

from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.journey import Step

_OPEN = "SELECT visit_id, min(changed_at) FROM charge_line WHERE state = 'open' AND opened_on = ? GROUP BY visit_id"


def steps(on: date) -> dict[bytes, Step]:
    """Visits of a day with something to pay."""
    return {visit_id: Step("to_pay", since) for visit_id, since in db.rows(_OPEN, (on.isoformat(),))}
