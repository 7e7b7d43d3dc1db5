"""What the home page says beside the doctor's workstation."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.modules.visits import queries as visits


def tiles(actor: Actor) -> dict[str, str]:
    """How many wait, all rooms together."""
    if not actor.may("consultation.write"):
        return {}
    return {"consultation.queue": _("候诊 %(count)d 人") % {"count": sum(visits.waiting_by_room(today()).values())}}
