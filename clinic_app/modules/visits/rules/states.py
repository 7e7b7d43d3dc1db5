"""Kinds, payers and states of a visit (就诊类型、费别、状态), VS-01 to VS-05."""

from datetime import date, timedelta

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

KINDS = (
    "general", "emergency", "chronic", "traditional", "return", "round", "observation", "checkup",
    "vaccination", "online",
)  # fmt: skip
PAYERS = ("self", "resident", "employee", "aid", "commercial", "free")
WAITING = ("registered", "called")
LONGEST_REASON = 100
_NOT_ANY_MORE = {
    "in_consultation": "visits.in_consultation", "finished": "visits.finished", "cancelled": "visits.cancelled_already",
}  # fmt: skip


def require_kind(kind: str) -> None:
    """Refused `visits.kind_unknown` for a kind outside VS-01."""
    if kind not in KINDS:
        raise Refused("visits.kind_unknown", field="kind", value=excerpt(kind))


def require_payer(payer: str) -> None:
    """Refused `visits.payer_unknown` for a charge kind outside VS-01."""
    if payer not in PAYERS:
        raise Refused("visits.payer_unknown", field="payer", value=excerpt(payer))


def require_waiting(state: str, queue_no: int) -> None:
    """Only a visit that waits may be called, started or cancelled (VS-03).

    Refused `visits.in_consultation`, `visits.finished`, `visits.cancelled_already`.
    """
    if state not in WAITING:
        raise Refused(_NOT_ANY_MORE[state], queue_no=queue_no)


def require_valid_number(visit_on: date, on: date, valid_days: int, queue_no: int) -> None:
    """A number holds on its day and `valid_days` - 1 days more (VS-03); Refused `visits.number_expired`."""
    if on > visit_on + timedelta(days=valid_days - 1):
        raise Refused("visits.number_expired", queue_no=queue_no, day=visit_on.isoformat())


def reason(text: str) -> str:
    """Why a visit is cancelled, one line of 1 to 100 signs; Refused `visits.reason_missing`, `.reason_too_long`."""
    line = " ".join(text.split())
    if not line or not line.isprintable():
        raise Refused("visits.reason_missing", field="reason")
    if len(line) > LONGEST_REASON:
        raise Refused("visits.reason_too_long", field="reason", have=len(line), most=LONGEST_REASON)
    return line
