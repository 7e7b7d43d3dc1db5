"""What must always hold for visits and their numbers."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "N1-queue", "每天的号从 1 连续，不跳号不重号",
        "SELECT visit_on, 'numbers ' || min(queue_no) || '..' || max(queue_no) || ' for ' || count(*) || ' visits'"
        " FROM visit GROUP BY visit_on"
        " HAVING min(queue_no) <> 1 OR max(queue_no) <> count(*) OR count(DISTINCT queue_no) <> count(*)",
    ),
    Invariant(
        "O1-visits", "就诊状态和时间一致",
        "SELECT visit_no, 'state ' || state || ' does not fit its moments' FROM visit WHERE NOT CASE state"
        " WHEN 'registered' THEN called_at IS NULL AND started_at IS NULL AND cancelled_at IS NULL"
        " WHEN 'called' THEN called_at IS NOT NULL AND started_at IS NULL AND cancelled_at IS NULL"
        " WHEN 'in_consultation' THEN started_at IS NOT NULL AND doctor_id IS NOT NULL AND finished_at IS NULL"
        "  AND cancelled_at IS NULL"
        " WHEN 'finished' THEN started_at IS NOT NULL AND finished_at >= started_at AND cancelled_at IS NULL"
        " ELSE cancelled_at IS NOT NULL AND started_at IS NULL AND cancel_reason <> '' END",
    ),
)  # fmt: skip
