"""Rules of the stock (库存): which batch goes out first, and until when a batch may be used."""

from clinic_app.modules.stock.rules.allocation import Batch, allocate, available
from clinic_app.modules.stock.rules.expiry import days_left, is_usable, parse_expiry

__all__ = ["Batch", "allocate", "available", "days_left", "is_usable", "parse_expiry"]
