"""Who is called next (叫号顺序): emergencies, results, age, then arrival; and where a missed one stands."""

from collections.abc import Sequence
from dataclasses import dataclass

EMERGENCY, WITH_RESULTS, ELDER, ORDINARY = 0, 1, 2, 3
URGENT_LEVELS = (1, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a line: `rank` first, within it the moment `at` (ms UTC)."""

    rank: int
    at: int


def rank_of(kind: str, level: int | None, years: int | None, elder_years: int) -> int:
    """The rank of a visit: an emergency or triage level 1 or 2 first, then who is at least `elder_years` old.

    `elder_years` 0 turns the second off; `level` and `years` are None where nobody knows them.
    """
    if kind == "emergency" or level in URGENT_LEVELS:
        return EMERGENCY
    if elder_years and years is not None and years >= elder_years:
        return ELDER
    return ORDINARY


def behind(line: Sequence[Place], count: int, now: int) -> Place:
    """The place of who missed the call and waits again: behind the next `count` (1 or more), or at the end.

    The place has the rank of the one in front of it, so that nobody is seen sooner for having missed a call.
    """
    if len(line) <= count:
        return Place(ORDINARY, now)
    ahead = line[count - 1]
    return Place(ahead.rank, ahead.at + 1)
