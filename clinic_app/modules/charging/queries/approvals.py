"""What somebody asked for and somebody else decides (审批): refunds above the limit, relief, arrears."""

from dataclasses import dataclass

from clinic_app.kernel import db

REFUND, RELIEF, ARREARS = "refund", "relief", "arrears"
WAITING, APPROVED = "waiting", "approved"
_APPROVAL = """
SELECT a.id, a.kind, a.visit_id, a.patient_id, a.bill_id, a.amount_fen, a.channel, a.reason, a.state, a.asked_by,
    u.name, a.asked_at, coalesce(d.name, ''), a.decided_at, a.answer, p.name, v.visit_no, coalesce(b.receipt_no, '')
FROM approval a JOIN person u ON u.id = a.asked_by LEFT JOIN person d ON d.id = a.decided_by
JOIN patient p ON p.id = a.patient_id JOIN visit v ON v.id = a.visit_id LEFT JOIN bill b ON b.id = a.bill_id
"""


@dataclass(frozen=True, slots=True)
class Approval:
    """One request: `state` waiting, approved, rejected, withdrawn or used; `channel` empty means as it was paid."""

    id: bytes
    kind: str
    visit_id: bytes
    patient_id: bytes
    bill_id: bytes | None
    amount_fen: int
    channel: str
    reason: str
    state: str
    asked_by: bytes
    asker_name: str
    asked_at: int
    decider_name: str
    decided_at: int | None
    answer: str
    patient_name: str
    visit_no: str
    receipt_no: str


def approval(approval_id: bytes) -> Approval | None:
    return db.read_one(Approval, f"{_APPROVAL} WHERE a.id = ?", (approval_id,))


def approval_lines(approval_id: bytes) -> list[tuple[bytes, int]]:
    """(charge line, minimum units) of a refund that was asked for."""
    return [
        (line_id, quantity)
        for line_id, quantity in db.rows(
            "SELECT charge_line_id, quantity FROM approval_line WHERE approval_id = ? ORDER BY charge_line_id",
            (approval_id,),
        )
    ]


def approvals_waiting() -> list[Approval]:
    """The work list of who approves, oldest first."""
    return db.read(
        Approval, f"{_APPROVAL} WHERE a.state = 'waiting' AND a.kind IN ('refund', 'relief', 'arrears')"
        " ORDER BY a.asked_at LIMIT 200"
    )  # fmt: skip


def approvals_decided(limit: int = 30) -> list[Approval]:
    """The newest ones that are no longer waiting."""
    return db.read(Approval, f"{_APPROVAL} WHERE a.state <> 'waiting' ORDER BY a.asked_at DESC LIMIT ?", (limit,))


def live_approval(kind: str, of: bytes) -> Approval | None:
    """What is asked for or approved, and not used yet, of a bill (refund) or of a visit (relief, arrears)."""
    return db.read_one(
        Approval, f"{_APPROVAL} WHERE a.kind = ? AND coalesce(a.bill_id, a.visit_id) = ?"
        " AND a.state IN ('waiting', 'approved')", (kind, of),
    )  # fmt: skip


def concessions(visit_id: bytes) -> list[Approval]:
    """The relief and the arrears that were approved for a visit and wait for its next bill."""
    return db.read(
        Approval, f"{_APPROVAL} WHERE a.visit_id = ? AND a.kind IN ('relief', 'arrears') AND a.state = 'approved'"
        " ORDER BY a.kind DESC", (visit_id,),
    )  # fmt: skip


def asked_for_visit(visit_id: bytes) -> list[Approval]:
    """What waits or is approved for a visit's next bill."""
    return db.read(
        Approval, f"{_APPROVAL} WHERE a.visit_id = ? AND a.kind IN ('relief', 'arrears')"
        " AND a.state IN ('waiting', 'approved') ORDER BY a.asked_at", (visit_id,),
    )  # fmt: skip


def used_approval(bill_id: bytes, kind: str) -> Approval | None:
    """What was approved for a bill and went into it: the name under its relief (减免) or arrears (欠费)."""
    return db.read_one(Approval, f"{_APPROVAL} WHERE a.used_bill_id = ? AND a.kind = ?", (bill_id, kind))
