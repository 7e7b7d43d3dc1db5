"""Who may open a chart (查看权限) without saying why: those who care for the person now, or did."""

from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients.rules.texts import one_line

MOST_REASON = 200
SHORTEST_REASON = 4
VERDICTS = ("justified", "unjustified")


def is_closed(*, is_restricted: bool, is_clinical: bool, is_in_care: bool, is_opened: bool) -> bool:
    """Whether this page of a chart asks for a reason first (紧急查看).

    What was written at visits (`is_clinical`) belongs to who takes part in the care; the face of a restricted record
    too. An opening in force opens both.
    """
    return not (is_in_care or is_opened) and (is_clinical or is_restricted)


def opening_reason(text: str) -> str:
    """The reason as stored; Refused `patients.reason_missing` when it says nothing."""
    reason = one_line(text, field="reason", most=MOST_REASON)
    if len(reason) < SHORTEST_REASON:
        raise Refused("patients.reason_missing", field="reason", least=SHORTEST_REASON)
    return reason


def check_verdict(verdict: str, note: str) -> str:
    """The note of a review as stored; Refused `patients.verdict_missing`, or `.verdict_note` for a bad one untold."""
    if verdict not in VERDICTS:
        raise Refused("patients.verdict_missing", field="verdict")
    said = one_line(note, field="note", most=MOST_REASON)
    if verdict == "unjustified" and not said:
        raise Refused("patients.verdict_note", field="note")
    return said


def alarm_spans(this_hour: int, today: int, *, most_an_hour: int, most_a_day: int) -> tuple[tuple[str, int], ...]:
    """The spans in which more different charts were read than the parameters allow, each with its limit."""
    found = []
    if this_hour > most_an_hour:
        found.append(("hour", most_an_hour))
    if today > most_a_day:
        found.append(("day", most_a_day))
    return tuple(found)
