"""Paper invoice books (发票本): issued to a cashier, used number by number, handed back or passed on (FE-06, FE-07)."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, queries
from clinic_app.modules.charging.rules import check_paper, invoice_no, next_number, reason_line
from clinic_app.modules.charging.services.shifts import shift_of_actor
from clinic_app.modules.people import queries as people

_ISSUE = (
    "INSERT INTO invoice_book(id, prefix, first, last, width, cashier_id, issued_by, issued_at, from_book_id)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_END = "UPDATE invoice_book SET ended_at = ?, last_used = ? WHERE id = ? AND ended_at IS NULL"
_USE = (
    "INSERT INTO invoice_use(book_id, number, invoice_no, bill_id, void_reason, shift_id, used_by, at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_VOID = "UPDATE invoice_use SET void_reason = ? WHERE bill_id = ? AND void_reason = ''"
LONGEST_PREFIX, MOST_NUMBERS = 20, 10_000


def issue_book(
    uow: UnitOfWork, *, prefix: str, first: int, last: int, width: int, cashier_id: bytes
) -> dict[str, Any]:
    """Give a cashier the numbers `first` to `last` of a paper book; never a number that was issued before.

    Refused `charging.book_range`, `.book_overlaps` (who has it), `.cashier_missing`, `.has_book`.
    """
    prefix = prefix.strip().upper()
    if not 0 <= first <= last or last - first >= MOST_NUMBERS or len(str(last)) > width or len(prefix) > LONGEST_PREFIX:
        raise Refused("charging.book_range", field="first")
    for other in queries.books_with(invoice_no(prefix, first, width), invoice_no(prefix, last, width)):
        raise Refused(
            "charging.book_overlaps", field="first", who=other.cashier_name, first=other.first_no, last=other.last_no
        )
    return _issue(uow, prefix, first, last, width, cashier_id, None)


def hand_back_book(uow: UnitOfWork, book_id: bytes) -> dict[str, Any]:
    """Take what is left of a book back (交回): the remaining numbers may be issued again, the used ones never."""
    book = _open(book_id)
    _end(uow, book)
    uow.audit("charging.hand_back_book", book_id, cashier=book.cashier_id, next=book.next_no)
    return {"book_id": book_id.hex(), "left": book.left}


def transfer_book(uow: UnitOfWork, book_id: bytes, cashier_id: bytes) -> dict[str, Any]:
    """Pass what is left of a book on to another cashier (转交); Refused `charging.book_exhausted` with nothing left."""
    book = _open(book_id)
    first = next_number(book.first, book.last, book.last_used)
    _end(uow, book)
    return _issue(uow, book.prefix, first, book.last, book.width, cashier_id, book_id)


def take_invoice(uow: UnitOfWork, bill_id: bytes, seen: str | None = None) -> str:
    """The next number of the actor's book for a bill; empty in a clinic without paper invoices.

    Refused `charging.no_book`, `.book_exhausted`, `.invoice_mismatch` when the paper carries another number.
    """
    if not parameters.value("charging.paper_invoices", uow.on):
        return ""
    book = queries.book_of(uow.actor.person_id)
    if book is None:
        raise Refused("charging.no_book")
    number = next_number(book.first, book.last, book.last_used)
    expected = invoice_no(book.prefix, number, book.width)
    if seen is not None:
        check_paper(expected, seen)
    uow.execute(_USE, (book.id, number, expected, bill_id, "", shift_of_actor(uow), uow.actor.person_id, uow.at))
    return expected


def void_invoice_of(uow: UnitOfWork, bill_id: bytes, reason: str) -> None:
    """The invoice of a voided bill keeps its number and is void."""
    uow.execute(_VOID, (reason, bill_id))


def reprint_on_next(uow: UnitOfWork, bill_id: bytes, reason: str) -> dict[str, Any]:
    """The paper jammed or was spoilt (废票): its number is void, the bill takes the next and prints again (FE-06).

    Refused `charging.no_invoice`, and as `take_invoice`. Returns {"voided", "invoice_no", "print_job"}.
    """
    bill, why = queries.bill(bill_id), reason_line(reason)
    old = queries.invoice_of(bill_id)
    if bill is None:
        raise Missing("charging.bill_missing")
    if not old or bill.state == queries.VOIDED:
        raise Refused("charging.no_invoice")
    void_invoice_of(uow, bill_id, why)
    new = take_invoice(uow, bill_id)
    uow.audit("charging.void_invoice", bill_id, patient_id=bill.patient_id, voided=old, invoice_no=new, reason=why)
    job = uow.print_job(documents.RECEIPT, bill_id, documents.receipt(bill_id).model(), patient_id=bill.patient_id)
    return {"voided": old, "invoice_no": new, "print_job": job.hex()}


def void_next(uow: UnitOfWork, reason: str) -> dict[str, Any]:
    """The next paper is torn or missing: its number is void without a bill, so that book and paper agree again."""
    book, why = queries.book_of(uow.actor.person_id), reason_line(reason)
    if book is None:
        raise Refused("charging.no_book")
    number = next_number(book.first, book.last, book.last_used)
    voided = invoice_no(book.prefix, number, book.width)
    uow.execute(_USE, (book.id, number, voided, None, why, shift_of_actor(uow), uow.actor.person_id, uow.at))
    uow.audit("charging.void_invoice", book.id, voided=voided, reason=why)
    return {"voided": voided}


def _issue(
    uow: UnitOfWork, prefix: str, first: int, last: int, width: int, cashier_id: bytes, from_book: bytes | None
) -> dict[str, Any]:
    cashier = people.person(cashier_id)
    if cashier is None or not cashier.is_active:
        raise Refused("charging.cashier_missing", field="cashier")
    book_id = new_id()
    uow.change_one(
        _ISSUE, (book_id, prefix, first, last, width, cashier_id, uow.actor.person_id, uow.at, from_book),
        Refused("charging.has_book", field="cashier", who=cashier.name),
    )  # fmt: skip
    uow.audit(
        "charging.issue_book", book_id, cashier=cashier_id, first=invoice_no(prefix, first, width),
        last=invoice_no(prefix, last, width),
    )  # fmt: skip
    return {"book_id": book_id.hex(), "first": invoice_no(prefix, first, width)}


def _open(book_id: bytes) -> queries.Book:
    book = queries.book(book_id)
    if book is None:
        raise Missing("charging.book_missing")
    if book.ended_at is not None:
        raise Stale("charging.book_ended", who=book.cashier_name)
    return book


def _end(uow: UnitOfWork, book: queries.Book) -> None:
    last_used = book.first - 1 if book.last_used is None else book.last_used
    uow.change_one(_END, (uow.at, last_used, book.id), Stale("charging.book_ended", who=book.cashier_name))

