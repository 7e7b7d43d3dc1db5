"""What the home page says beside the doctor's workstation."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.modules.consultation.queries.cosigning import waiting_notes, waiting_requests
from clinic_app.modules.visits import queries as visits


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait, all rooms together; and what waits to be co-signed or approved."""
    told = {}
    if actor.may("consultation.approve") and (count := len(waiting_notes()) + len(waiting_requests())):
        told["consultation.waiting"] = _("%(count)d 份等着") % {"count": count}
    if not actor.may("consultation.write"):
        return told
    waiting = sum(visits.waiting_by_room(today()).values())
    return told | {"consultation.queue": _("候诊 %(count)d 人") % {"count": waiting}}
