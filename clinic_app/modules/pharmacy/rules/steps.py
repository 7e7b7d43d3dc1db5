"""Where a sheet stands between doctor and pharmacy (RX-18): reviewed, asked about, sent back."""

from collections.abc import Iterable
from dataclasses import dataclass

PASSED, REJECTED, ASKED, KEEP, CHANGE, WITHDRAWN = "passed", "rejected", "asked", "keep", "change", "withdrawn"
_BLOCKING = (ASKED, REJECTED, CHANGE)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a sheet: what, in whose words, by whom, when (ms)."""

    what: str
    text: str
    person_id: bytes
    person: str
    at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The last word on a sheet, all words oldest first, and the review that holds."""

    last: Event | None
    events: tuple[Event, ...]

    @property
    def is_blocked(self) -> bool:
        """A question is open, the pharmacy sent it back, or the doctor is about to change it."""
        return self.last is not None and self.last.what in _BLOCKING

    @property
    def passed(self) -> Event | None:
        """The review that holds; a later question or rejection asks for a new one."""
        return self.last if self.last is not None and self.last.what == PASSED else None


def standing_of(events: Iterable[Event]) -> Standing:
    """Where a sheet stands after everything that was said, given oldest first."""
    told = tuple(events)
    return Standing(told[-1] if told else None, told)


@dataclass(frozen=True, slots=True)
class Course:
    """How far a sheet came: the last word of doctor or pharmacy, whether it is paid or being prepared, and the minimum
    units of its paid lines that were handed out (`given`), are still to be (`left`) and came back (`returned`)."""

    last: str | None
    is_paid: bool
    is_prepared: bool
    given: int
    left: int
    returned: int


def state_of(told: Course) -> str:
    """The state of a signed sheet (RX-18): signed, reviewed, asked, rejected, paid, dispensing, owed, dispensed,
    partly_returned, returned, or refunded before anything was handed out. An open question or a rejection says more
    than a payment."""
    if told.given:
        if told.returned:
            return "returned" if told.returned >= told.given and not told.left else "partly_returned"
        return "owed" if told.left else "dispensed"
    if told.last in _BLOCKING:
        return REJECTED if told.last == REJECTED else ASKED
    if told.is_paid and not told.left:
        return "refunded"
    if told.is_paid:
        return "dispensing" if told.is_prepared else "paid"
    return "reviewed" if told.last == PASSED else "signed"
