"""Rules of charging (收费): how a bill is settled."""

from clinic_app.modules.charging.rules.settlement import Line, Payment, Settlement, Tender, settle

__all__ = ["Line", "Payment", "Settlement", "Tender", "settle"]
