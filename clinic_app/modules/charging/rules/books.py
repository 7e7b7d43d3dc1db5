"""Paper invoice books (发票本): which number is next, and that it is the one on the paper (FE-06, FE-07)."""

from clinic_app.kernel.errors import Refused


def next_number(first: int, last: int, last_used: int | None) -> int:
    """The number that the next invoice takes; Refused `charging.book_exhausted` after the last one."""
    number = first if last_used is None else last_used + 1
    if number > last:
        raise Refused("charging.book_exhausted", last=last)
    return number


def invoice_no(prefix: str, number: int, width: int) -> str:
    """As it is printed on the paper: `甘A0012301`."""
    return f"{prefix}{number:0{width}d}"


def check_paper(expected: str, seen: str) -> None:
    """Refused `charging.invoice_mismatch` when the paper in the printer carries another number than the book's next."""
    if seen.strip().upper() != expected.upper():
        raise Refused("charging.invoice_mismatch", field="invoice", expected=expected, seen=seen[:40])


def overlaps(first_no: str, last_no: str, other_first: str, other_last: str) -> bool:
    """Whether two ranges as printed, equally long, share a number: numbers are never issued twice.

    A range whose last number is below its first is empty and shares none.
    """
    return max(first_no, other_first) <= min(last_no, other_last)
