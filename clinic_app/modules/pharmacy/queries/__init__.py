"""Reads of the pharmacy (药房); the subject's face for later ones together with `services`."""

from clinic_app.modules.pharmacy.queries.review import Finding, Review, review
from clinic_app.modules.pharmacy.queries.sheets import Batch, Line, Payment, Sheet, bill_is_dispensed, lines_of, sheet
from clinic_app.modules.pharmacy.queries.waiting import (
    Done,
    Found,
    Waiting,
    done,
    done_count,
    find,
    find_numbered,
    tiles,
    waiting,
)

__all__ = [
    "Batch", "Done", "Finding", "Found", "Line", "Payment", "Review", "Sheet", "Waiting", "bill_is_dispensed", "done",
    "done_count", "find", "find_numbered", "lines_of", "review", "sheet", "tiles",
    "waiting",
]  # fmt: skip
