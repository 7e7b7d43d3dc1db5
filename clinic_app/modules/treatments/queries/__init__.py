"""Reads of the treatment room (治疗室)."""

from clinic_app.modules.treatments.queries.executions import (
    Course,
    Execution,
    LogRow,
    Part,
    course,
    course_of_prescription,
    course_of_request,
    execution,
    executions_of_course,
    log_of,
    parts_of,
)
from clinic_app.modules.treatments.queries.paid import paid_by, paid_of, units_until, used_of_line, why_not_paid
from clinic_app.modules.treatments.queries.skin_tests import (
    SkinTest,
    positive_to_return,
    skin_test,
    test_that_counts,
    tests_of_patient,
    tests_of_sheet,
)
from clinic_app.modules.treatments.queries.tiles import chips, tiles
from clinic_app.modules.treatments.queries.worklist import Waiting, entries_of_patient, open_tests_of_patient, waiting

__all__ = [
    "Course", "Execution", "LogRow", "Part", "SkinTest", "Waiting", "chips", "course", "course_of_prescription",
    "course_of_request", "entries_of_patient", "execution", "executions_of_course", "log_of", "open_tests_of_patient",
    "paid_by", "paid_of", "parts_of", "positive_to_return", "skin_test", "test_that_counts", "tests_of_patient",
    "tests_of_sheet", "tiles", "units_until", "used_of_line", "waiting", "why_not_paid",
]  # fmt: skip
