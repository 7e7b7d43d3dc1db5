"""What a clinic in plain Python remembers: drugs, batches, people, visits, dues, bills, approvals and shifts."""

from collections import Counter
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
    """Minimum units: `given` and `came_back` by batch, `refunded` in all, `from_returned` of what had come back;
    `done` times of a treatment, `report` of an examination or a test that was begun."""

    id: bytes
    drug: Drug
    quantity: int
    kept: frozenset[str] = frozenset()
    given: "Counter[Batch]" = field(default_factory=Counter)
    came_back: "Counter[Batch]" = field(default_factory=Counter)
    refunded: int = 0
    from_returned: int = 0
    done: int = 0
    report: "Report | None" = None

    @property
    def is_used(self) -> bool:
        return bool(self.given or self.done or self.report)

    @property
    def refundable(self) -> int:
        """What may be paid back: neither with the patient nor done."""
        if self.drug.kind == "drug":
            return self.came_back.total() - self.from_returned + self.left
        return 0 if self.report else self.quantity - self.refunded - self.done

    @property
    def left(self) -> int:
        """What was paid and neither handed out nor paid back."""
        return self.quantity - self.given.total() - (self.refunded - self.from_returned)


@dataclass(eq=False)
class Report:
    """A report: collected, entered or verified; what was cancelled is none any more."""

    id: bytes
    state: str = "collected"
    rev: int = 1


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

    def last_day(self, valid_days: int) -> date:
        """On which it may be charged, and filled for the first time (RX-10)."""
        return self.opened_on + timedelta(days=valid_days - 1)

    @property
    def is_to_go(self) -> bool:
        """Paid, and something is still to be handed out."""
        return self.state == "billed" and self.left > 0


@dataclass(eq=False)
class Request(Due):
    """Items of one kind and room that a doctor asked for."""


@dataclass(eq=False)
class Visit:
    """`note` is "", draft, signed or amending; `draft` the rows and `asked` the items that are not signed yet."""

    id: bytes
    day: date
    queue_no: int
    person: Person
    state: str
    doctor: int | None = None
    note: str = ""
    draft: list[Line] = field(default_factory=list)
    asked: list[Line] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)

    def is_writable(self, doctor: int) -> bool:
        return self.doctor == doctor and self.note in ("draft", "amending")

    @property
    def open_dues(self) -> list[Due]:
        return [due for due in self.dues if due.state == "open"]


@dataclass(eq=False)
class Charged:
    """A line as a bill charges it: minimum units, 1/10000 yuan of a pack, fen."""

    line: Line
    quantity: int
    price: int
    amount: int


@dataclass(eq=False)
class Bill:
    """Money for some dues: `charged`, `waiver` and `paid_by` (method to fen, in order) are those of the document that
    counts now, `document` its id; `paid` is the money that came for it in all, `back` what went back, `alone` what of
    that nobody approved, `owed` what was not paid yet, `settled_by` how a debt was, `settled` with how much."""

    id: bytes
    visit: Visit
    dues: list[Due]
    charged: list[Charged]
    waiver: int
    paid_by: dict[str, int]
    reference: str
    shift: int
    paid_on: date
    total: int
    document: bytes | None
    paid: int = 0
    back: int = 0
    alone: int = 0
    owed: int = 0
    reversed: list[bytes] = field(default_factory=list)
    is_voided: bool = False
    settled_by: str = ""
    settled: int = 0
    held: list[Held] = field(default_factory=list)

    @property
    def is_refunded(self) -> bool:
        return bool(self.reversed)

    @property
    def is_touched(self) -> bool:
        """Something of it was handed out."""
        return any(line.given for due in self.dues for line in due.lines)

    @property
    def is_used(self) -> bool:
        """Something of it was handed out or done."""
        return any(line.is_used for due in self.dues for line in due.lines)

    def held_for(self, line: Line) -> list[Held]:
        return [one for one in self.held if one.line is line]




@dataclass(eq=False)
class Approval:
    """What somebody asked for: refund of a bill, relief or arrears of a visit; `taken` and `channel` of a refund."""

    id: bytes
    kind: str
    visit: Visit
    amount: int
    bill: Bill | None = None
    taken: dict[Line, int] = field(default_factory=dict)
    channel: str = ""
    state: str = "waiting"

    @property
    def is_live(self) -> bool:
        return self.state in ("waiting", "approved")


@dataclass(eq=False)
class Shift:
    """A closed shift; `to_hand_in` is what was counted."""

    id: bytes
    number: int
    to_hand_in: int
    is_handed_in: bool = False


@dataclass(frozen=True)
class Entry:
    """Money that came or went: shift, day, cash or scan, fen."""

    shift: int
    day: date
    method: str
    fen: int
