"""A clinic in plain Python, without database, to hold the real one against: what it has, owes and may do next."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

FEE = "S0003"
MOST_DRUGS_PER_SHEET = 5
MOST_DAYS_WITH_REASON = 28
WAITING = ("registered", "called")


@dataclass(eq=False)
class Drug:
    """`groups` are its allergy groups, `per_day` minimum units of the usual dosage; prices are (first day, 1/10000 yuan
    of a pack), newest last."""

    code: str
    id: bytes
    kind: str
    pack_size: int
    is_splittable: bool
    groups: frozenset[str]
    prices: list[tuple[date, int]]
    per_day: Fraction = Fraction(1)
    is_by_weight: bool = False

    def is_too_long(self, quantity: int) -> bool:
        """It lasts longer than a reason alone allows (RX-06)."""
        return quantity // self.per_day > MOST_DAYS_WITH_REASON

    def price_on(self, day: date) -> int:
        return [price for first, price in self.prices if first <= day][-1]


@dataclass(eq=False)
class Batch:
    id: bytes
    drug: Drug
    expires_on: date
    on_hand: int
    reserved: int = 0
    is_frozen: bool = False

    def is_usable(self, day: date) -> bool:
        return not self.is_frozen and day <= self.expires_on


@dataclass(eq=False)
class Person:
    """A record; `merged_into` while a link is in force."""

    id: bytes
    allergy_state: str
    allergies: frozenset[str] = frozenset()
    is_child: bool = False
    merged_into: "Person | None" = None


@dataclass(eq=False)
class Link:
    id: bytes
    merged: Person
    is_live: bool = True


@dataclass(eq=False)
class Line:
    """Minimum units: `given` and `came_back` by batch, `refunded` in all, `from_returned` of what had come back."""

    id: bytes
    drug: Drug
    quantity: int
    kept: frozenset[str] = frozenset()
    given: "Counter[Batch]" = field(default_factory=Counter)
    came_back: "Counter[Batch]" = field(default_factory=Counter)
    refunded: int = 0
    from_returned: int = 0

    @property
    def left(self) -> int:
        """What was paid and neither handed out nor paid back."""
        return self.quantity - self.given.total() - (self.refunded - self.from_returned)


@dataclass(eq=False)
class Held:
    """A part of a batch that lies ready for a line, since an instant."""

    line: Line
    batch: Batch
    quantity: int
    made_at: int


@dataclass(eq=False)
class Due:
    """What is paid whole or not at all: a registration fee or a signed sheet; open, billed, refunded, withdrawn."""

    id: bytes
    visit: "Visit"
    lines: list[Line]
    opened_on: date
    state: str = "open"


@dataclass(eq=False)
class Sheet(Due):
    """`last_out` is the day on which something of it was handed out."""

    is_voided: bool = False
    last_out: date | None = None

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def is_to_go(self) -> bool:
        """Paid, and something is still to be handed out."""
        return self.state == "billed" and self.left > 0


@dataclass(eq=False)
class Visit:
    """`note` is "", draft, signed or amending; `draft` the rows not yet signed, `sheet_rev` as the screen knows it."""

    id: bytes
    day: date
    queue_no: int
    person: Person
    state: str
    doctor: int | None = None
    note: str = ""
    draft: list[Line] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)

    def is_writable(self, doctor: int) -> bool:
        return self.doctor == doctor and self.note in ("draft", "amending")

    @property
    def open_dues(self) -> list[Due]:
        return [due for due in self.dues if due.state == "open"]


@dataclass(eq=False)
class Bill:
    id: bytes
    visit: Visit
    dues: list[Due]
    total: int
    cash: int
    scan: int
    reference: str
    shift: int
    paid_on: date
    is_voided: bool = False
    is_refunded: bool = False
    held: list[Held] = field(default_factory=list)

    @property
    def is_touched(self) -> bool:
        """Something of it was handed out."""
        return any(line.given for due in self.dues for line in due.lines)

    def held_for(self, line: Line) -> list[Held]:
        return [one for one in self.held if one.line is line]


class PlainClinic:
    """Everything that the real clinic must agree with after every step."""

    def __init__(self) -> None:
        self.drugs: list[Drug] = []
        self.fee: Drug | None = None
        self.batches: list[Batch] = []
        self.persons: list[Person] = []
        self.visits: list[Visit] = []
        self.bills: list[Bill] = []
        self.given_back: list[tuple[int, Bill]] = []
        self.numbers: Counter[str] = Counter()
        self.links: list[Link] = []
        self.shift: int | None = None
        self.shifts = 0
        self.valid_days = 1
        self.coin = 1
        self.charts: set[tuple[bytes, bytes, int]] = set()
        self.papers: dict[bytes, list[str]] = {}

    def sheets(self) -> list[Sheet]:
        return [due for visit in self.visits for due in visit.dues if isinstance(due, Sheet)]

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
        """Each line rounded once, half up."""
        return sum(
            rounded(Fraction(line.drug.price_on(day) * line.quantity, line.drug.pack_size * 100)) for line in due.lines
        )

    def bill_of(self, due: Due) -> Bill | None:
        return next((bill for bill in self.bills if due in bill.dues and not bill.is_voided), None)

    def drawer(self, method: str) -> int:
        """What the open shift took, voids and its refunds given back."""
        open_bills = [bill for bill in self.bills if bill.shift == self.shift and not bill.is_voided]
        back = [bill for shift, bill in self.given_back if shift == self.shift]
        taken, given = (
            sum(bill.cash if method == "cash" else bill.scan for bill in bills) for bills in (open_bills, back)
        )
        return taken - given if self.shift else 0

    def cash_due(self, rest: int, with_cash: bool) -> int:
        return rounded(Fraction(rest, self.coin)) * self.coin if with_cash else rest

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
            due.id for bill in self.bills if not (bill.is_voided or bill.is_refunded) and bill.paid_on >= since
            for due in bill.dues if isinstance(due, Sheet) and due.last_out is None
        }  # fmt: skip


def rounded(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))
