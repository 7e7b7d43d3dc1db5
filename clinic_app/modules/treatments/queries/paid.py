"""Whether an execution is paid: its fee and every drug in it, less what was executed and taken back already."""

from clinic_app.kernel import db
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.treatments.queries.executions import Course, Execution, course, parts_of

_STARTED = "state IN ('running', 'done', 'stopped')"
_USED_LINE = (
    "SELECT coalesce(sum(p.units), 0) FROM execution_part p JOIN execution e ON e.id = p.execution_id"
    f" WHERE p.line_id = ? AND e.{_STARTED}"
)
_USED_FEE = f"SELECT count(*) FROM execution WHERE course_id = ? AND fee_item_id = ? AND {_STARTED}"
_USED_REQUEST = f"SELECT count(*) FROM execution WHERE course_id = ? AND source_line_id = ? AND {_STARTED}"
_UNTIL = (
    "SELECT coalesce(sum(p.units), 0) FROM execution_part p JOIN execution e ON e.id = p.execution_id"
    " WHERE p.line_id = ? AND e.course_id = ? AND e.state <> 'closed' AND (e.planned_on, e.entry_no) <= (?, ?)"
)


def paid_of(state: charging.LineState | None) -> int:
    """How much of a charge line is paid and was not taken back; 0 while it is open."""
    return state.quantity - state.refunded if state is not None and state.state == "billed" else 0


def used_of_line(line_id: bytes) -> int:
    """Minimum units of a sheet's line that were given."""
    return int(db.value(_USED_LINE, (line_id,)))


def units_until(one: Execution, line_id: bytes) -> int:
    """Minimum units of a sheet's line that an execution and those before it use, closed ones left out."""
    return int(db.value(_UNTIL, (line_id, one.course_id, one.planned_on, one.entry_no)))


def paid_by(one: Course, item_id: bytes | None = None, request_line: bytes | None = None) -> tuple[int, int]:
    """(how many of a fee or a requested treatment are paid, how many are executed)."""
    if request_line is not None:
        states = charging.line_states([one.source_id])
        found = states.get((one.source_id, request_line))
        return paid_of(found), int(db.value(_USED_REQUEST, (one.id, request_line)))
    assert item_id is not None
    found = charging.line_states([one.id]).get((one.id, item_id))
    return paid_of(found), int(db.value(_USED_FEE, (one.id, item_id)))


def why_not_paid(found: Execution) -> str:
    """What is not paid of an execution: `fee`, `drug`, or empty when it may be begun."""
    one = course(found.course_id)
    assert one is not None  # a foreign key holds it
    if found.source_line_id is not None:
        paid, used = paid_by(one, request_line=found.source_line_id)
        return "" if used < paid else "fee"
    if found.fee_item_id is not None:
        paid, used = paid_by(one, found.fee_item_id)
        if used >= paid:
            return "fee"
    states = charging.line_states([one.source_id])
    for part in parts_of(found.id):
        paid = paid_of(states.get((one.source_id, part.line_id)))
        if not part.is_own and (not paid or used_of_line(part.line_id) + part.units > paid):
            return "drug"
    return ""
