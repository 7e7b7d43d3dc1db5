"""Where a patient of the day is (就诊流程): each subject tells the steps it knows, the board joins them (OPD-14).

A module's manifest names `steps`: a function of the day that returns, by visit id, the step at which the patient waits
for this subject. The earliest step of ORDER that anybody tells is the present one.

It may name `sheets` too: a function of a visit that returns, by the id of a signed sheet, how far it has come (RX-18).
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
Sheets = Callable[[bytes], dict[bytes, str]]
_declared: list[Steps] = []
_sheets: list[Sheets] = []


def reset() -> None:
    _declared.clear()
    _sheets.clear()


def declare(steps: Steps) -> None:
    """Ask this subject too; called at wiring, in registry order."""
    _declared.append(steps)


def declare_sheets(sheets: Sheets) -> None:
    """Ask this subject about sheets; called at wiring, in registry order."""
    _sheets.append(sheets)


def sheet_states(visit_id: bytes) -> dict[bytes, str]:
    """The state of each signed sheet of a visit beyond its signature; the latest subject that knows one has it."""
    return {sheet_id: state for sheets in _sheets for sheet_id, state in sheets(visit_id).items()}


def present(on: date) -> dict[bytes, Step]:
    """The present step of every visit that some subject knows of."""
    found: dict[bytes, Step] = {}
    for steps in _declared:
        for visit_id, step in steps(on).items():
            known = found.get(visit_id)
            if known is None or ORDER.index(step.code) < ORDER.index(known.code):
                found[visit_id] = step
    return found
