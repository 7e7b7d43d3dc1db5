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


def fee_components(patient_id: bytes, on: date) -> frozenset[str]:
    """Codes of the services that the fee charged to the person on that day pays already; none without that fee."""
    fee, day = visits.fee_item(on), on.isoformat()
    if fee is None or not any(db.row(_FEE, (one, fee.id, day)) for one in patients.same_person(patient_id)):
        return frozenset()
    return frozenset(parameters.value("charging.fee_components", on).split())


def included_in_fee(patient_id: bytes, item_ids: Sequence[bytes], on: date) -> list[dictionaries.Service]:
    """Which of these services the fee of that day pays already, in the order asked."""
    asked = {item.code: item for one in item_ids if (item := dictionaries.service(one))}
    listed = frozenset(parameters.value("charging.fee_components", on).split())
    if listed.isdisjoint(asked):
        return []
    return [asked[code] for code in included(list(asked), fee_components(patient_id, on))]
