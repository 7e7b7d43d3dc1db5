"""Commands of the laboratory (检验检查), its guards, and its starter data."""

from clinic_app.modules.laboratory.services.analytes import add_analyte, change_analyte, set_analyte_disabled
from clinic_app.modules.laboratory.services.calling import call_back
from clinic_app.modules.laboratory.services.guards import refuse_refund, refuse_void, refuse_withdrawal
from clinic_app.modules.laboratory.services.loading import load_starter
from clinic_app.modules.laboratory.services.ranges import end_range, set_range
from clinic_app.modules.laboratory.services.reporting import cancel, collect, correct, enter, verify

__all__ = [
    "add_analyte", "call_back", "cancel", "change_analyte", "collect", "correct", "end_range", "enter", "load_starter",
    "refuse_refund", "refuse_void", "refuse_withdrawal", "set_analyte_disabled", "set_range", "verify",
]  # fmt: skip
