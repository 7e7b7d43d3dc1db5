"""Commands of the laboratory (检验检查), its guards, and its starter data."""

from clinic_app.modules.laboratory.services.calling import call_back
from clinic_app.modules.laboratory.services.guards import refuse_refund, refuse_void, refuse_withdrawal
from clinic_app.modules.laboratory.services.loading import load_starter
from clinic_app.modules.laboratory.services.ranges import end_range, set_range
from clinic_app.modules.laboratory.services.reporting import cancel, collect, correct, enter, verify

__all__ = [
    "call_back", "cancel", "collect", "correct", "end_range", "enter", "load_starter", "refuse_refund", "refuse_void",
    "refuse_withdrawal", "set_range", "verify",
]  # fmt: skip
