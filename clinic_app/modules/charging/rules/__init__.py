"""Rules of charging (收费): how a bill is settled, what counts as a reason."""

from clinic_app.modules.charging.rules.reasons import reason_line
from clinic_app.modules.charging.rules.settlement import Line, Payment, Settlement, Tender, settle
from clinic_app.modules.charging.rules.sources import SOURCE_KINDS

__all__ = ["SOURCE_KINDS", "Line", "Payment", "Settlement", "Tender", "reason_line", "settle"]
