"""What of charging waits for a person (待办): requests to approve, shifts left open, differences not handed in."""

from clinic_app.kernel import clock, db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.money import yuan
from clinic_app.kernel.rights import Actor
from clinic_app.modules.charging.queries.left_open import left_open

# Nobody decides the own request and nobody takes the own money, so neither waits for who asked or closed.
_REQUESTS = (
    "SELECT count(*), coalesce(sum(amount_fen), 0) FROM (SELECT amount_fen FROM approval"
    " WHERE state = 'waiting' AND asked_by <> ? ORDER BY asked_at LIMIT 100)"
)
_DIFFERENCES = """
SELECT count(*), min(closed_at) FROM (SELECT s.id, s.closed_at FROM shift s WHERE s.counted_fen <> s.drawer_fen
    AND s.cashier_id <> ? ORDER BY s.closed_at DESC LIMIT 100) s
WHERE NOT EXISTS (SELECT 1 FROM hand_in h WHERE h.shift_id = s.id)
"""


def todo(actor: Actor) -> list[Todo]:
    """To those who approve, close for others or take the cash; at most 100 of each are counted."""
    found = []
    if actor.may("charging.approve"):
        found += _requests(actor)
    if actor.may("charging.close_for"):
        found += _left_open()
    if actor.may("charging.confirm_hand_in"):
        found += _differences(actor)
    return found


def _requests(actor: Actor) -> list[Todo]:
    count, fen = db.rows(_REQUESTS, (actor.person_id,))[0]
    if not count:
        return []
    text = ngettext("%(count)d 件退费、减免或欠费等你批", "%(count)d requests for your approval", count)
    detail = _("一共 %(amount)s 元") % {"amount": yuan(fen)}
    return [Todo(text % {"count": count}, detail, "/charging/approvals", "check")]


def _left_open() -> list[Todo]:
    count = len(left_open(clock.clock.read().at))
    if not count:
        return []
    text = ngettext("%(count)d 个班没交", "%(count)d shifts left open", count) % {"count": count}
    return [Todo(text, _("收费员自己不来交了，要你代交"), "/charging/shifts", "clock")]


def _differences(actor: Actor) -> list[Todo]:
    count, oldest = db.rows(_DIFFERENCES, (actor.person_id,))[0]
    if not count:
        return []
    text = ngettext(
        "%(count)d 个班的现金和账上不一样，还没收款",
        "%(count)d closes with a difference, cash not taken yet",
        count,
    )
    on = clock.local(oldest).date().isoformat()
    return [Todo(text % {"count": count}, _("先看原因，再收款"), f"/charging/days?on={on}", "cash")]
