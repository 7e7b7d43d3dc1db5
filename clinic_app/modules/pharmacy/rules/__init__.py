"""Rules of the pharmacy (药房): validity, shelves, signatures, what is owed, returns, refunds and trace codes."""

from clinic_app.modules.pharmacy.rules.amounts import (
    Given,
    check_given,
    check_refund,
    owed,
    split_refund,
    still_out,
)
from clinic_app.modules.pharmacy.rules.dispensing import (
    Part,
    check_extension,
    check_valid,
    expired_parts,
    is_whole,
    last_valid_day,
    shelf_order,
    unchecked,
    units_per_dose,
)
from clinic_app.modules.pharmacy.rules.returns import CONDITIONS, difference_fen, outcome_of
from clinic_app.modules.pharmacy.rules.signatures import REGISTERED, TWICE_SIGNED, check_grade, needs_two
from clinic_app.modules.pharmacy.rules.steps import Course, Event, Standing, standing_of, state_of
from clinic_app.modules.pharmacy.rules.tracing import PREFIX, cover, trace_code

__all__ = [
    "CONDITIONS", "PREFIX", "REGISTERED", "TWICE_SIGNED", "Course", "Event", "Given", "Part", "Standing",
    "check_extension", "check_given", "check_grade", "check_refund", "check_valid", "cover", "difference_fen",
    "expired_parts", "is_whole", "last_valid_day", "needs_two", "outcome_of", "owed", "shelf_order", "split_refund",
    "standing_of", "state_of", "still_out", "trace_code", "unchecked", "units_per_dose",
]  # fmt: skip
