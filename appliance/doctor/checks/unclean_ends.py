"""Ends that were not clean (非正常关机)."""

from appliance.doctor.finding import NOTICE, OK, WARNING, Finding, Place, _
from appliance.startup import record
from clinic_app.kernel.clock import SystemTime

DAYS = 30
MANY = 4
DAY_MS = 86_400_000


def check(place: Place) -> Finding:
    """Nothing is lost by one; many wear the disk out and say that the power or the PC is not well."""
    now = SystemTime().wall_ms()
    recent = [at for at in record.read(place.config.data).ends if 0 <= now - at < DAYS * DAY_MS]
    facts = {"count": len(recent), "days": DAYS}
    if len(recent) >= MANY:
        return Finding(WARNING, _("%(days)s 天里有 %(count)s 次断电或死机。"), facts)
    if recent:
        return Finding(NOTICE, _("%(days)s 天里有 %(count)s 次断电或死机，数据没有丢。"), facts)
    return Finding(OK, _("%(days)s 天里都是正常关机。"), facts)
