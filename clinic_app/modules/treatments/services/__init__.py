"""Commands of the treatment room (治疗室), its subscribers and its guards."""

from clinic_app.modules.treatments.services.executing import begin, finish, record
from clinic_app.modules.treatments.services.guards import (
    refuse_dispensing_untested,
    refuse_refunding_executed,
    refuse_voiding_executed_bill,
    refuse_voiding_executed_sheet,
    refuse_withdrawing_executed,
)
from clinic_app.modules.treatments.services.planning import (
    close_refunded,
    close_sheet,
    close_withdrawn,
    plan_request,
    plan_sheet,
)
from clinic_app.modules.treatments.services.skin_tests import read_test, start_test

__all__ = [
    "begin", "close_refunded", "close_sheet", "close_withdrawn", "finish", "plan_request", "plan_sheet", "read_test",
    "record", "refuse_dispensing_untested", "refuse_refunding_executed", "refuse_voiding_executed_bill",
    "refuse_voiding_executed_sheet", "refuse_withdrawing_executed", "start_test",
]  # fmt: skip
