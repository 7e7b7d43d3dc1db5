"""The general treatment fee (一般诊疗费): which item it is, and whether a registration is charged it (VS-06)."""

from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits.queries.visits import Visit, visit
from clinic_app.modules.visits.rules import fee as rules

VILLAGE = "village"


def fee_parameter(on: date) -> str:
    """The parameter that names the item of the fee at this kind of clinic, township or village."""
    is_village = parameters.value("visits.clinic_level", on) == VILLAGE
    return "visits.village_fee_item" if is_village else "dictionaries.registration_fee_item"


def fee_item_code(on: date) -> str:
    """The item of the fee at this kind of clinic, township or village; empty where registration is free (VS-04)."""
    return str(parameters.value(fee_parameter(on), on))


def fee_item(on: date) -> dictionaries.Service | None:
    """The item that a registration is charged; None where it is free, retired or unknown."""
    code = fee_item_code(on)
    item = dictionaries.service_by_code(code) if code else None
    if item is None or item.is_disabled or dictionaries.price_on(item.id, on) == 0:
        return None
    return item


def fee_fen(on: date) -> int | None:
    """The fee of the day in fen; None while it has no price or registration is free."""
    item = fee_item(on)
    price_e4 = dictionaries.price_on(item.id, on) if item else None
    return None if price_e4 is None else price_e4 // 100


def is_fee_due(patient_id: bytes, on: date) -> bool:
    """Whether a registration of this person on this day is charged: not twice in one course (VS-06), not where it is
    free (VS-04). An item that cannot be found is due: charging then says so and nothing is lost unnoticed."""
    code = fee_item_code(on)
    if not code or (dictionaries.service_by_code(code) is not None and fee_item(on) is None):
        return False
    return not rules.is_covered(_last_fee_on(patient_id, on), on, parameters.value("visits.fee_course_days", on))


def next_without_fee(cancelled: Visit, course_days: int) -> Visit | None:
    """The first later visit of the person whose fee only the cancelled one covered; None where another still does."""
    last = (cancelled.day + timedelta(days=course_days - 1)).isoformat()
    ids = patients.same_person(cancelled.patient_id)
    marks = ", ".join("?" * len(ids))
    found = db.rows(
        "SELECT id, with_fee FROM visit WHERE"
        f" patient_id IN ({marks}) AND visit_on BETWEEN ? AND ? AND with_number = 1 AND state <> 'cancelled'"
        " ORDER BY visit_on, queue_no",
        (*ids, cancelled.on, last),
    )
    return visit(found[0][0]) if found and not found[0][1] else None


def _last_fee_on(patient_id: bytes, on: date) -> date | None:
    newest = [
        day
        for record in patients.same_person(patient_id)
        if (
            day := db.value(
                "SELECT max(visit_on) FROM visit WHERE patient_id = ? AND visit_on <= ? AND with_fee = 1"
                " AND state <> 'cancelled'",
                (record, on.isoformat()),
            )
        )
    ]
    return date.fromisoformat(max(newest)) if newest else None
