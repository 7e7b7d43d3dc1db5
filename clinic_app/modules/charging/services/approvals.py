"""Asking for what somebody else approves (申请、审批): who asked never decides (FE-11, FE-17)."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import reason_line
from clinic_app.modules.visits import queries as visits

_ASK = (
    "INSERT INTO approval(id, kind, visit_id, patient_id, bill_id, amount_fen, channel, reason, state, asked_by,"
    " asked_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT DO NOTHING"
)
_LINE = "INSERT INTO approval_line(approval_id, charge_line_id, quantity) VALUES(?, ?, ?)"
_DECIDE = "UPDATE approval SET state = ?, decided_by = ?, decided_at = ?, answer = ? WHERE id = ? AND state = 'waiting'"
_WITHDRAW = "UPDATE approval SET state = 'withdrawn' WHERE id = ? AND state IN ('waiting', 'approved')"
_USE = "UPDATE approval SET state = 'used', used_bill_id = ? WHERE id = ? AND state = 'approved'"


def ask_for_refund(
    uow: UnitOfWork, bill: queries.Bill, lines: Sequence[tuple[bytes, int]], amount_fen: int, channel: str, reason: str
) -> dict[str, Any]:
    """Put a refund into the work list of who approves; one at a time for a bill (Stale `charging.asked_already`)."""
    about = (queries.REFUND, bill.visit_id, bill.patient_id, bill.id)
    approval_id = _ask(uow, about, amount_fen, channel, reason, receipt_no=bill.receipt_no)
    uow.conn.executemany(_LINE, [(approval_id, line_id, quantity) for line_id, quantity in lines])
    return {"state": "waiting", "approval_id": approval_id.hex(), "amount_fen": amount_fen}


def ask_for_visit(uow: UnitOfWork, visit_id: bytes, kind: str, amount_fen: int, reason: str) -> dict[str, Any]:
    """Ask for relief (减免) or arrears (欠费) of a visit that is not paid yet; it is used by the next charge.

    Refused `charging.amount_missing`, `.amount_above_total`, `.arrears_not_allowed`, `.reason_length`; Stale
    `.asked_already` while another one waits or is approved.
    """
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    if kind not in (queries.RELIEF, queries.ARREARS):
        raise ValueError(f"nobody asks for {kind!r} of a visit")
    if kind == queries.ARREARS and not parameters.value("charging.arrears_allowed", uow.on):
        raise Refused("charging.arrears_not_allowed")
    if amount_fen <= 0:
        raise Refused("charging.amount_missing", field="amount")
    total = sum(line.amount_fen for line in queries.open_lines(visit_id, uow.on))
    if amount_fen > total:
        raise Refused("charging.amount_above_total", field="amount", total_fen=total)
    approval_id = _ask(uow, (kind, visit_id, visit.patient_id, None), amount_fen, "", reason)
    return {"approval_id": approval_id.hex(), "amount_fen": amount_fen}


def decide(uow: UnitOfWork, approval_id: bytes, *, approve: bool, answer: str = "") -> dict[str, Any]:
    """Approve or reject what somebody else asked for; a no has a reason.

    Refused `charging.own_request` (FE-11: approver and requester differ), `.reason_length`; Stale
    `.decided_already` with who and when.
    """
    found = _found(approval_id)
    if found.asked_by == uow.actor.person_id:
        raise Refused("charging.own_request")
    said = answer.strip() if approve else reason_line(answer)
    uow.change_one(
        _DECIDE, ("approved" if approve else "rejected", uow.actor.person_id, uow.at, said[:100], approval_id),
        Stale("charging.decided_already", who=found.decider_name or found.asker_name),
    )  # fmt: skip
    uow.audit(
        "charging.approve" if approve else "charging.reject", approval_id, patient_id=found.patient_id,
        kind=found.kind, amount_fen=found.amount_fen, reason=said,
    )  # fmt: skip
    return {"approval_id": approval_id.hex(), "kind": found.kind, "amount_fen": found.amount_fen}


def withdraw_approval(uow: UnitOfWork, approval_id: bytes) -> dict[str, Any]:
    """Take a request back that was not used; Stale `charging.decided_already`."""
    found = _found(approval_id)
    gone = Stale("charging.decided_already", who=found.decider_name or found.asker_name)
    uow.change_one(_WITHDRAW, (approval_id,), gone)
    uow.audit("charging.withdraw_approval", approval_id, patient_id=found.patient_id, kind=found.kind)
    return {"approval_id": approval_id.hex()}


def withdraw_asked(uow: UnitOfWork, visit_id: bytes) -> None:
    """Take back the relief and arrears that were asked for a visit and not used."""
    for one in queries.asked_for_visit(visit_id):
        withdraw_approval(uow, one.id)


def use_approval(uow: UnitOfWork, approval_id: bytes, bill_id: bytes) -> None:
    """What was approved went into this bill, once."""
    uow.change_one(_USE, (bill_id, approval_id), Stale("charging.approval_gone"))


def _ask(
    uow: UnitOfWork, about: tuple[str, bytes, bytes, bytes | None], amount_fen: int, channel: str, reason: str,
    **told: Any,
) -> bytes:
    approval_id, why = new_id(), reason_line(reason)
    uow.change_one(
        _ASK, (approval_id, *about, amount_fen, channel, why, uow.actor.person_id, uow.at),
        Stale("charging.asked_already"),
    )  # fmt: skip
    uow.audit(
        "charging.ask_approval", approval_id, patient_id=about[2], kind=about[0], amount_fen=amount_fen, reason=why,
        **told,
    )  # fmt: skip
    return approval_id


def _found(approval_id: bytes) -> queries.Approval:
    found = queries.approval(approval_id)
    if found is None:
        raise Missing("charging.approval_missing")
    return found
