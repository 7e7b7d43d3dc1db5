"""What the home page says beside the doctor's workstation."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.modules.consultation.queries.cosigning import may_approve, may_cosign, waiting_notes, waiting_requests
from clinic_app.modules.visits import queries as visits


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait, all rooms together; and what waits to be co-signed or approved by this person."""
    told, on = {}, today()
    count = len(waiting_notes()) if may_cosign(actor, on) else 0
    count += len(waiting_requests()) if may_approve(actor, on) else 0
    if count:
        told["consultation.waiting"] = _("%(count)d 份等着") % {"count": count}
    if not actor.may("consultation.write"):
        return told
    waiting = sum(visits.waiting_by_room(on).values())
    return told | {"consultation.queue": _("候诊 %(count)d 人") % {"count": waiting}}
