"""Shifts that nobody will close unless the manager does (没交的班)."""

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import local
from clinic_app.kernel.rights import ROLES, of_roles
from clinic_app.modules.charging.queries.shifts import Shift
from sync.wire.canonical import canonical

_LEFT_OPEN = """
SELECT s.id FROM shift s JOIN person p ON p.id = s.cashier_id WHERE s.closed_at IS NULL AND (p.is_active = 0
    OR NOT EXISTS (SELECT 1 FROM person_role r JOIN json_each(:roles) j ON j.value = r.role WHERE r.person_id = p.id)
    OR coalesce((SELECT max(v.at) FROM voucher v WHERE v.shift_id = s.id), s.opened_at) <= :quiet_since)
"""
_HOUR_MS = 3_600_000


def left_open_hours(at_ms: int) -> int:
    """How long nothing was charged or voided in a shift before it counts as left open."""
    return int(parameters.value("charging.shift_left_open_hours", local(at_ms).date()))


def left_open(at_ms: int) -> frozenset[bytes]:
    """The shifts that nobody will close unless the manager does.

    Their cashier is gone or may not charge any more, or nothing was charged or voided for `left_open_hours`. Counted
    from the last entry and not from midnight, so a night shift and whoever is collecting now are left alone.
    """
    roles = [role for role in ROLES if "charging.charge" in of_roles(frozenset({role}))]
    quiet_since = at_ms - left_open_hours(at_ms) * _HOUR_MS
    found = db.rows(_LEFT_OPEN, {"roles": canonical(roles).decode(), "quiet_since": quiet_since})
    return frozenset(shift_id for (shift_id,) in found)


def is_left_open(shift: Shift, at_ms: int) -> bool:
    """Whether it is one of `left_open`."""
    return shift.id in left_open(at_ms)
