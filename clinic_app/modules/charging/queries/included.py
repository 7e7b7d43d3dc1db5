"""Items that the general treatment fee of the day includes for a person (VS-07)."""

from collections.abc import Sequence
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.modules.charging.rules.included import included
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits

_FEE = (
    "SELECT 1 FROM visit v JOIN charge_line c ON c.visit_id = v.id WHERE v.patient_id = ? AND c.item_id = ?"
    " AND v.visit_on = ? AND c.state <> 'withdrawn' LIMIT 1"
)


def included_in_fee(patient_id: bytes, item_ids: Sequence[bytes], on: date) -> list[dictionaries.Service]:
    """Which of these services the fee charged to the person on that day pays already, in the order asked."""
    components = frozenset(parameters.value("charging.fee_components", on).split())
    asked = [item for one in item_ids if (item := dictionaries.service(one)) and item.code in components]
    fee = visits.fee_item(on) if asked else None
    if fee is None:
        return []
    day = on.isoformat()
    has_fee = any(db.row(_FEE, (record, fee.id, day)) for record in patients.same_person(patient_id))
    paid = included([item.code for item in asked], components, has_fee)
    return [item for item in asked if item.code in paid]
