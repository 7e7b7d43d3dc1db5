"""The desks (工位) and the browsers that are one."""

from appliance.doctor.finding import NOTICE, OK, WARNING, Finding, Place, _
from clinic_app.kernel.clock import clock
from clinic_app.modules.desks import queries as desks

UNUSED_DAYS = 90
DAY_MS = 86_400_000
URL = "/desks"


def check(_place: Place) -> Finding:
    """A desk that nobody signed in at for months is one that somebody else may sign in at unseen."""
    used = desks.last_used()
    if not used:
        return Finding(WARNING, _("一个工位也没有，挂号和收费没有地方打单。"), {}, URL, _("看工位"))
    before = clock.read().at - UNUSED_DAYS * DAY_MS
    idle = [name for name, at in used if at is not None and at < before]
    if idle:
        facts = {"desks": "、".join(idle[:8]), "days": UNUSED_DAYS}
        return Finding(NOTICE, _("%(days)s 天没人用的工位：%(desks)s。不用就停掉。"), facts, URL, _("看工位"))
    return Finding(OK, _("%(count)s 个工位。"), {"count": len(used)})
