"""A clinic in plain Python, without database, to hold the real one against: what it has, owes and may do next."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

from tests.model.plain_records import (
    Approval,
    Batch,
    Bill,
    Charged,
    Drug,
    Due,
    Entry,
    Held,
    Line,
    Link,
    Person,
    Request,
    Sheet,
    Shift,
    Visit,
)


class PlainClinic:
    """Everything that the real clinic must agree with after every step."""

    def __init__(self) -> None:
        self.drugs: list[Drug] = []
        self.fee: Drug | None = None
        self.batches: list[Batch] = []
        self.persons: list[Person] = []
        self.visits: list[Visit] = []
        self.bills: list[Bill] = []
        self.approvals: list[Approval] = []
        self.book: list[Entry] = []
        self.touched: set[tuple[int, str]] = set()
        self.closed: list[Shift] = []
        self.months: dict[str, str] = {}
        self.stock_months: set[str] = set()
        self.damaged: Counter[Batch] = Counter()
        self.items: list[Drug] = []
        self.numbers: Counter[str] = Counter()
        self.links: list[Link] = []
        self.shift: int | None = None
        self.shifts = 0
        self.valid_days = 1
        self.coin = 1
        self.refund_limit = 10_000_000
        self.charts: set[tuple[bytes, bytes, int]] = set()
        self.papers: dict[bytes, list[str]] = {}

    def sheets(self) -> list[Sheet]:
        return [due for visit in self.visits for due in visit.dues if isinstance(due, Sheet)]

    def requests(self) -> list[Request]:
        return [due for visit in self.visits for due in visit.dues if isinstance(due, Request)]

    # persons

    def survivor(self, person: Person) -> Person:
        while person.merged_into is not None:
            person = person.merged_into
        return person

    def allergies_of(self, person: Person) -> frozenset[str]:
        """Of every record that is linked to this one, in whatever direction."""
        same = {person}
        while more := {
            other for other in self.persons
            if other not in same and (other.merged_into in same or any(one.merged_into is other for one in same))
        }:  # fmt: skip
            same |= more
        return frozenset().union(*(one.allergies for one in same))

    def may_prescribe(self, person: Person) -> bool:
        return bool(self.allergies_of(person)) or person.allergy_state != "unknown"

    def stops(self, person: Person, line: Line) -> frozenset[str]:
        """The allergies that speak against a drug and that nobody kept with a reason."""
        return (self.allergies_of(person) & line.drug.groups) - line.kept

    # stock

    def of_drug(self, drug: Drug) -> list[Batch]:
        return sorted((one for one in self.batches if one.drug is drug), key=lambda one: (one.expires_on, one.id))

    def available(self, drug: Drug, day: date) -> int:
        return sum(one.on_hand - one.reserved for one in self.of_drug(drug) if one.is_usable(day))

    def hold(self, bill: Bill, line: Line, quantity: int, day: date, at: int) -> None:
        """First expiry first out; the caller has seen that there is enough."""
        for batch in self.of_drug(line.drug):
            part = min(quantity, batch.on_hand - batch.reserved) if batch.is_usable(day) else 0
            if part > 0:
                self._put(bill, Held(line, batch, part, at))
                quantity -= part
        assert quantity == 0

    def _put(self, bill: Bill, one: Held) -> None:
        one.batch.reserved += one.quantity
        bill.held.append(one)

    def let_go(self, bill: Bill, held: Iterable[Held] | None = None) -> None:
        for one in list(bill.held if held is None else held):
            one.batch.reserved -= one.quantity
            bill.held.remove(one)

    def keep_at_most(self, bill: Bill, line: Line, most: int, at: int) -> None:
        """What was paid back is held no more; the latest expiry goes first."""
        surplus = sum(one.quantity for one in bill.held_for(line)) - most
        for one in sorted(bill.held_for(line), key=lambda held: held.batch.expires_on, reverse=True):
            part = min(surplus, one.quantity)
            if part > 0:
                self.let_go(bill, [one])
                if part < one.quantity:
                    self._put(bill, Held(line, one.batch, one.quantity - part, at))
                surplus -= part

    def lapse(self, before: int) -> int:
        """What nobody fetched goes back to the shelf; how many parts of batches that were."""
        old = [(bill, one) for bill in self.bills for one in bill.held if one.made_at < before]
        for bill, one in old:
            self.let_go(bill, [one])
        return len(old)

    def hand_out(self, bill: Bill, sheet: Sheet, quantities: dict[Line, int], day: date, at: int) -> None:
        """The earliest expiry first; what is left of a batch stays held, as if it had been held now."""
        for line, quantity in quantities.items():
            for one in sorted(bill.held_for(line), key=lambda held: held.batch.expires_on):
                part = min(quantity, one.quantity)
                if part:
                    self.let_go(bill, [one])
                    one.batch.on_hand -= part
                    line.given[one.batch] += part
                    quantity -= part
                    if part < one.quantity:
                        self._put(bill, Held(line, one.batch, one.quantity - part, at))
            assert quantity == 0
        sheet.last_out = day

    def lost(self, bill: Bill, sheet: Sheet, day: date) -> list[Line]:
        """Lines for which too little is held, or something that may not go out any more."""
        return [
            line for line in sheet.lines
            if line.left
            and (
                sum(one.quantity for one in bill.held_for(line)) < line.left
                or not all(one.batch.is_usable(day) for one in bill.held_for(line))
            )
        ]  # fmt: skip

    def can_hold_something(self, bill: Bill, sheet: Sheet, day: date) -> bool:
        """Whether anything at all lies ready for the sheet once its lost lines are held anew."""
        lost = self.lost(bill, sheet, day)
        return not lost or any(
            bill.held_for(line) if line not in lost
            else self.available(line.drug, day)
            + sum(one.quantity for one in bill.held_for(line) if one.batch.is_usable(day))
            for line in sheet.lines if line.left
        )  # fmt: skip

    def renew(self, bill: Bill, sheet: Sheet, day: date, at: int) -> None:
        """Lost lines are held anew, as far as the shelf goes."""
        for line in self.lost(bill, sheet, day):
            self.let_go(bill, bill.held_for(line))
            self.hold(bill, line, min(line.left, self.available(line.drug, day)), day, at)

    # money

    def price(self, due: Due, day: date) -> int:
        return sum(one.amount for one in self.charged(due, day))

    def charged(self, due: Due, day: date) -> list[Charged]:
        return [priced(line, line.quantity, line.drug.price_on(day)) for line in due.lines]

    def bill_of(self, due: Due) -> Bill | None:
        return next((bill for bill in self.bills if due in bill.dues and not bill.is_voided), None)

    def enter(self, day: date, money: dict[str, int], sign: int = 1) -> None:
        """Money of the open shift; arrears are none."""
        assert self.shift is not None
        self.touched.add((self.shift, f"{day:%Y-%m}"))
        self.book += [Entry(self.shift, day, way, sign * fen) for way, fen in money.items() if way != "arrears"]

    def drawer(self, method: str) -> int:
        """What the open shift took, voids and refunds given back."""
        return sum(one.fen for one in self.book if one.shift == self.shift and one.method == method)

    def of_month(self, month: str, method: str) -> int:
        return sum(one.fen for one in self.book if f"{one.day:%Y-%m}" == month and one.method == method)

    def cash_due(self, rest: int, with_cash: bool) -> int:
        return rounded(Fraction(rest, self.coin)) * self.coin if with_cash else rest

    def agreed(self, visit: Visit, kind: str) -> list[Approval]:
        """Relief or arrears that were approved for the next bill of a visit."""
        return [one for one in self.approvals if one.visit is visit and one.kind == kind and one.state == "approved"]

    def asked_refund(self, bill: Bill) -> Approval | None:
        return next((one for one in self.approvals if one.bill is bill and one.is_live), None)

    # lists

    def queue(self, day: date) -> list[tuple[bytes, str]]:
        return [(one.id, one.state) for one in self.visits if one.day == day and one.state != "cancelled"]

    def pending(self, day: date) -> dict[bytes, int]:
        """What each visit of the day has to pay."""
        found: dict[bytes, int] = {}
        for visit in self.visits:
            dues = [due for due in visit.open_dues if due.opened_on >= day]
            if dues:
                found[visit.id] = sum(self.price(due, day) for due in dues)
        return found

    def to_hand_out(self, day: date) -> set[bytes]:
        """Paid sheets of three days that nobody handed out."""
        since = day - timedelta(days=2)
        return {
            due.id for bill in self.bills if not bill.is_voided and bill.paid_on >= since
            for due in bill.dues if isinstance(due, Sheet) and due.last_out is None and due.left
        }  # fmt: skip


def priced(line: Line, quantity: int, price: int) -> Charged:
    """Rounded once, half up."""
    return Charged(line, quantity, price, rounded(Fraction(price * quantity, line.drug.pack_size * 100)))


def rounded(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))
