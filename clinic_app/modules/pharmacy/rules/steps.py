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


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened to a signed sheet: minimum units of all its lines, and the last word between doctor and pharmacy.

    `refunded_owed` was paid back without being handed out.
    """

    paid: int
    dispensed: int
    returned: int
    refunded_owed: int
    is_prepared: bool
    last: str | None


def sheet_state(found: Progress) -> str:
    """How far a signed sheet has come (RX-18): "" while it is only signed, `reviewed`, `rejected`, `asked`, `paid`,
    `dispensing`, `dispensed`, `returned`; `refunded` when it was paid back whole before anything was handed out."""
    left = found.paid - found.dispensed - found.refunded_owed
    if found.returned:
        return "returned"
    if found.dispensed and not left:
        return "dispensed"
    if found.paid and not left:
        return "refunded"
    if found.last in _BLOCKING:
        return "rejected" if found.last == REJECTED else "asked"
    if found.dispensed or found.is_prepared:
        return "dispensing"
    if found.paid:
        return "paid"
    return "reviewed" if found.last == PASSED else ""


def standing_of(events: Iterable[Event]) -> Standing:
    """Where a sheet stands after everything that was said, given oldest first."""
    told = tuple(events)
    return Standing(told[-1] if told else None, told)
