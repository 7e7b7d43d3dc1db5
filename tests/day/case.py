"""One patient of the scripted day, and what the people at the desks noted down about money and goods."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Step = tuple[str, Callable[..., None]]


@dataclass
class Case:
    """A visit on its way through the house; `todo` is who does what next, `later` what is left to the other shift."""

    number: int
    name: str
    kind: str = "general"
    temperature: str = ""
    doctor: str = "doctor0"
    todo: deque[Step] = field(default_factory=deque)
    later: deque[Step] = field(default_factory=deque)
    appointment: str = ""
    results: dict[str, str] = field(default_factory=dict)
    visit_id: str = ""
    room: str = ""
    drugs: tuple[str, ...] = ("D0019", "D0011")
    quantity: str = ""
    cash_paid: int = 0
    scan_paid: int = 0
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """How a planted mistake was answered: `is_fine` with a sentence and without a second effect."""

    name: str
    is_fine: bool
    said: str


@dataclass
class Notes:
    """What the people themselves know at the end of the day, beside anything that the clinic's PC says."""

    drawer: Counter[str] = field(default_factory=Counter)
    noncash: Counter[str] = field(default_factory=Counter)
    shelf: Counter[str] = field(default_factory=Counter)
    shifts: list[tuple[str, int, int]] = field(default_factory=list)
    handed_in: list[int] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    papers: Counter[str] = field(default_factory=Counter)
    spoilt: Counter[str] = field(default_factory=Counter)
    no_shows: list[str] = field(default_factory=list)
    books: list[tuple[str, int, int]] = field(default_factory=list)
    mistakes: list[Answered] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mistake(self, name: str, is_fine: bool, said: str) -> None:
        with self.lock:
            self.mistakes.append(Answered(name, is_fine, said[:200]))

    def money(self, role: str, cash: int, noncash: int = 0) -> None:
        """Put into a cashier's drawer and slip of other payments; less than nothing is taken out."""
        with self.lock:
            self.drawer[role] += cash
            self.noncash[role] += noncash

    def paper(self, role: str, count: int = 1) -> None:
        """Torn off a cashier's invoice book."""
        with self.lock:
            self.papers[role] += count

    def goods(self, units: dict[str, int], sign: int) -> None:
        """Put onto the shelf, or take from it."""
        with self.lock:
            for code, quantity in units.items():
                self.shelf[code] += sign * quantity

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] += 1
