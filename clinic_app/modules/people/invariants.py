"""What must be true of staff and accounts at any time."""

from clinic_app.kernel.invariants import Invariant

ALL = (
    Invariant(
        "PE1",
        "至少有一位在职的管理员能登录",
        "SELECT 'clinic', 'no active administrator has an account' WHERE EXISTS (SELECT 1 FROM person) AND NOT EXISTS"
        " (SELECT 1 FROM person p JOIN account a ON a.person_id = p.id JOIN person_role r ON r.person_id = p.id"
        " WHERE p.is_active = 1 AND a.closed_at IS NULL AND r.role = 'administrator')",
    ),
    Invariant(
        "PE2",
        "每个账号都属于一位职工，离职的账号都已停用",
        "SELECT 'account ' || lower(hex(a.person_id)), 'no such person' FROM account a"
        " WHERE a.person_id NOT IN (SELECT id FROM person)"
        " UNION ALL SELECT 'account ' || lower(hex(a.person_id)), 'open though the person has left' FROM account a"
        " JOIN person p ON p.id = a.person_id WHERE p.is_active = 0 AND a.closed_at IS NULL",
    ),
    Invariant(
        "PE3",
        "每位在职职工至少有一个角色",
        "SELECT 'person ' || p.staff_no, 'has no role' FROM person p WHERE p.is_active = 1"
        " AND p.id NOT IN (SELECT person_id FROM person_role)",
    ),
)
