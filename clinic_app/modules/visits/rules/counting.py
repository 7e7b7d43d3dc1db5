"""Which visits count as such (诊疗人次), VS-08."""

from collections.abc import Mapping
from dataclasses import dataclass

_SEEN = ("in_consultation", "finished")


@dataclass(frozen=True, slots=True)
class Counted:
    """Visits of a period: `registered` with a number, `without_number` seen without one, then the two special kinds."""

    registered: int
    without_number: int
    rounds: int
    checkups: int

    @property
    def total(self) -> int:
        return self.registered + self.without_number + self.rounds + self.checkups


def count(found: Mapping[tuple[str, str, int], int]) -> Counted:
    """Count by (kind, state, with_number): each registration that was not cancelled, else each actual consultation.

    Home rounds and single check-ups are told apart and are part of the total. A health lecture is no visit kind, so its
    listeners never stand here.
    """
    sums = {"registered": 0, "without_number": 0, "rounds": 0, "checkups": 0}
    for (kind, state, with_number), visits in found.items():
        if state == "cancelled" or not (with_number or state in _SEEN):
            continue
        name = {"round": "rounds", "checkup": "checkups"}.get(kind)
        sums[name or ("registered" if with_number else "without_number")] += visits
    return Counted(**sums)
