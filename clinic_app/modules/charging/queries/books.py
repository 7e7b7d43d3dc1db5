"""Paper invoice books (发票本): who has which numbers, which is next, what became of each."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.charging.rules import invoice_no, overlaps

_BOOK = """
SELECT k.id, k.prefix, k.first, k.last, k.width, k.cashier_id, u.name, k.issued_at, k.ended_at,
    coalesce(k.last_used, (SELECT max(n.number) FROM invoice_use n WHERE n.book_id = k.id)),
    (SELECT count(*) FROM invoice_use n WHERE n.book_id = k.id AND n.void_reason <> '')
FROM invoice_book k JOIN person u ON u.id = k.cashier_id
"""


@dataclass(frozen=True, slots=True)
class Book:
    """One book in one cashier's hands; `last_used` None while no number was used."""

    id: bytes
    prefix: str
    first: int
    last: int
    width: int
    cashier_id: bytes
    cashier_name: str
    issued_at: int
    ended_at: int | None
    last_used: int | None
    voids: int

    @property
    def last_kept(self) -> str:
        """The last number nobody else may get: all of an open book, the used ones of one that was handed back.

        Below `first_no`, so that no number is kept, when none was used of the latter.
        """
        if self.ended_at is None or self.last_used is None:
            return self.last_no
        return invoice_no(self.prefix, self.last_used, self.width) if self.last_used >= self.first else ""

    @property
    def first_no(self) -> str:
        return invoice_no(self.prefix, self.first, self.width)

    @property
    def last_no(self) -> str:
        return invoice_no(self.prefix, self.last, self.width)

    @property
    def left(self) -> int:
        """How many numbers are still unused."""
        return self.last - (self.first - 1 if self.last_used is None else self.last_used)

    @property
    def next_no(self) -> str:
        """The number of the next invoice; empty when the book is used up."""
        number = self.first if self.last_used is None else self.last_used + 1
        return invoice_no(self.prefix, number, self.width) if number <= self.last else ""


def book(book_id: bytes) -> Book | None:
    return db.read_one(Book, f"{_BOOK} WHERE k.id = ?", (book_id,))


def book_of(cashier_id: bytes) -> Book | None:
    """The book that a cashier has in hand."""
    return db.read_one(Book, f"{_BOOK} WHERE k.cashier_id = ? AND k.ended_at IS NULL", (cashier_id,))


def books(limit: int = 100) -> list[Book]:
    """The books in hand, then the ended ones, newest first."""
    return db.read(Book, f"{_BOOK} ORDER BY k.ended_at IS NOT NULL, k.issued_at DESC LIMIT ?", (limit,))


def books_with(first_no: str, last_no: str) -> list[Book]:
    """Those that keep a number of a range as printed: `甘A` 12301 and `甘A1` 2301 are one paper."""
    alike = db.read(Book, f"{_BOOK} WHERE length(k.prefix) + k.width = ? ORDER BY k.issued_at", (len(first_no),))
    return [one for one in alike if overlaps(first_no, last_no, one.first_no, one.last_kept)]


def invoice_of(bill_id: bytes) -> str:
    """The paper number that a bill carries now, empty without one."""
    found: str | None = db.value(
        "SELECT invoice_no FROM invoice_use WHERE bill_id = ? ORDER BY void_reason <> '', number DESC LIMIT 1",
        (bill_id,),
    )
    return found or ""


def invoices_of_shift(shift_id: bytes) -> list[tuple[str, str, int, int]]:
    """For the day close: (first number, last number, how many, void ones) for each book that was used in a shift, torn
    papers too."""
    return [
        (first, last, used, voids)
        for first, last, used, voids in db.rows(
            "SELECT min(invoice_no), max(invoice_no), count(*), sum(void_reason <> '') FROM invoice_use"
            " WHERE shift_id = ? GROUP BY book_id ORDER BY 1",
            (shift_id,),
        )
    ]
