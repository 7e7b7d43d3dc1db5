"""How many connections the relay holds, of whom, for how long: a stranger must not take the places of the desks."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections, and seconds after which one that does nothing useful is cut.

    A body may take `body_seconds` and its length at `slowest_body` bytes a second, `longest_body_seconds` at most.
    `unproven`: connections of one address that have not yet sent one whole request; a browser opens six.
    `strangers`: connections of who is no desk, or not yet known for one: their requests are work for the server too.
    """

    connections: int = 200
    strangers: int = 60
    per_address: int = 48
    unproven: int = 12
    new_per_second: float = 20.0
    new_at_once: int = 60
    greeting_seconds: float = 8.0
    head_seconds: float = 10.0
    head_bytes: int = 32768
    body_seconds: float = 60.0
    slowest_body: int = 16_384
    longest_body_seconds: float = 330.0
    idle_seconds: float = 75.0
    answer_seconds: float = 300.0
    stalled_seconds: float = 30.0


@dataclass(slots=True)
class Visitor:
    """One address: its open connections, those without a whole request yet, and how many new ones it may still make."""

    open: int = 0
    unproven: int = 0
    allowance: float = 0.0
    seen: float = 0.0


class Visitors:
    """Who is connected, by address."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._known: dict[str, Visitor] = {}

    def admit(self, address: str) -> bool:
        """Whether this address may have one more connection now; counts it when it may."""
        now = time.monotonic()
        one = self._known.get(address)
        if one is None:
            one = self._known[address] = Visitor(allowance=self.limits.new_at_once, seen=now)
        grown = one.allowance + (now - one.seen) * self.limits.new_per_second
        one.allowance, one.seen = min(grown, self.limits.new_at_once), now
        if one.allowance < 1 or one.open >= self.limits.per_address or one.unproven >= self.limits.unproven:
            return False
        one.allowance -= 1
        one.open += 1
        one.unproven += 1
        return True

    def open_of(self, address: str) -> int:
        """How many connections this address has."""
        one = self._known.get(address)
        return one.open if one else 0

    def proved(self, address: str) -> None:
        """A connection of this address has sent its first whole request."""
        self._known[address].unproven -= 1

    def left(self, address: str, *, was_proved: bool) -> None:
        one = self._known[address]
        one.open -= 1
        one.unproven -= not was_proved

    def forget_quiet(self) -> None:
        """Drop the addresses that have no connection and their whole allowance again."""
        now, full = time.monotonic(), self.limits.new_at_once / self.limits.new_per_second
        for address in [key for key, one in self._known.items() if not one.open and now - one.seen > full]:
            del self._known[address]
