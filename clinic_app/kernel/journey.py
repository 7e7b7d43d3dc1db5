"""Where a patient of the day is (就诊流程): each subject tells the steps it knows, the board joins them (OPD-14).

A module's manifest names `steps`: a function of the day that returns, by visit id, the step at which the patient waits
for this subject. The earliest step of ORDER that anybody tells is the present one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

ORDER = (
    "registered", "passed", "called", "returned", "in_consultation", "to_pay", "to_dispense", "in_treatment",
    "awaiting_results", "done",
)  # fmt: skip
AFTER_CONSULTATION = ("to_pay", "to_dispense", "in_treatment")
DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of ORDER and since when it lasts, in ms UTC."""

    code: str
    since: int


Steps = Callable[[date], dict[bytes, Step]]
_declared: list[Steps] = []


def reset() -> None:
    _declared.clear()


def declare(steps: Steps) -> None:
    """Ask this subject too; called at wiring, in registry order."""
    _declared.append(steps)


def present(on: date) -> dict[bytes, Step]:
    """The present step of every visit that some subject knows of."""
    found: dict[bytes, Step] = {}
    for steps in _declared:
        for visit_id, step in steps(on).items():
            known = found.get(visit_id)
            if known is None or ORDER.index(step.code) < ORDER.index(known.code):
                found[visit_id] = step
    return found
