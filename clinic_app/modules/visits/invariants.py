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
    Invariant(
        "O2-lines", "过号和回诊只在该有的时候有",
        "SELECT visit_no, 'state ' || state || ' does not fit its place in line' FROM visit"
        " WHERE (passed_at IS NOT NULL AND (state NOT IN ('registered', 'cancelled') OR passes = 0))"
        " OR (state NOT IN ('in_consultation', 'finished') AND (away_at IS NOT NULL OR returned_at IS NOT NULL))"
        " OR (away_at IS NOT NULL AND returned_at IS NOT NULL)",
    ),
    Invariant(
        "O3-appointments", "预约和它的就诊对得上",
        "SELECT a.visit_on || ' ' || a.slot_no, 'appointment and visit disagree' FROM appointment a"
        " JOIN doctor_session s ON s.id = a.session_id LEFT JOIN visit v ON v.id = a.visit_id"
        " WHERE (a.state = 'arrived' AND (v.id IS NULL OR v.visit_on <> a.visit_on)) OR a.slot_no > s.slots",
    ),
    Invariant(
        "O4-sessions", "班次收的号不超过限额（急诊和预约的除外）",
        "SELECT s.id, v.visit_on || ' took ' || count(*) || ' of ' || s.slots FROM visit v"
        " JOIN doctor_session s ON s.id = v.session_id WHERE v.state <> 'cancelled' AND v.kind <> 'emergency'"
        " AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.visit_id = v.id)"
        " GROUP BY s.id, v.visit_on HAVING count(*) > s.slots",
    ),
)  # fmt: skip
