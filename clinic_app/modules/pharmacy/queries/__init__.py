"""Reads of the pharmacy (药房); the subject's face for later ones together with `services`."""

from clinic_app.modules.pharmacy.queries import words
from clinic_app.modules.pharmacy.queries.controlled import (
    Balance,
    Entry,
    OpenEmpties,
    UncheckedEmpties,
    balance_of,
    balances,
    empties_of,
    entries,
    open_empties,
    unchecked_empties,
)
from clinic_app.modules.pharmacy.queries.owed import Owed, owed_list
from clinic_app.modules.pharmacy.queries.progress import Progress, progress
from clinic_app.modules.pharmacy.queries.returns import (
    GivenBatch,
    Returned,
    ReturnLine,
    given_batches,
    given_mark,
    given_of,
    returned_on,
    returns_of,
)
from clinic_app.modules.pharmacy.queries.review import Finding, Review, review
from clinic_app.modules.pharmacy.queries.sheets import Batch, Line, Payment, Sheet, lines_of, sheet
from clinic_app.modules.pharmacy.queries.standing import (
    Asked,
    Question,
    Rejected,
    open_question_count,
    open_question_of,
    question,
    questions_for,
    rejected_for,
    standing,
)
from clinic_app.modules.pharmacy.queries.tracing import (
    Traced,
    TracedSale,
    drug_of_prefix,
    traced,
    traced_codes,
    traces_of_sheet,
)
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
from clinic_app.modules.pharmacy.queries.written import bill_is_dispensed, first_dispense, written_lines
from clinic_app.modules.pharmacy.rules import Standing

__all__ = [
    "Asked", "Balance", "Batch", "Done", "Entry", "Finding", "Found", "GivenBatch", "Line", "OpenEmpties", "Owed",
    "Payment", "Progress", "Question", "Rejected", "ReturnLine", "Returned", "Review", "Sheet", "Standing", "Traced",
    "TracedSale", "UncheckedEmpties", "Waiting", "balance_of", "balances", "bill_is_dispensed", "done", "done_count",
    "drug_of_prefix", "empties_of", "entries", "find", "find_numbered", "first_dispense", "given_batches", "given_mark",
    "given_of", "lines_of", "open_empties", "open_question_count", "open_question_of", "owed_list",
    "progress", "question", "questions_for", "rejected_for", "returned_on", "returns_of", "review", "sheet", "standing",
    "tiles", "traced", "traced_codes", "traces_of_sheet", "unchecked_empties", "waiting", "words", "written_lines",
]  # fmt: skip
