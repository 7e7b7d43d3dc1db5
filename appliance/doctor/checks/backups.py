"""The age of the newest verified backup (备份)."""

from appliance.doctor import sources
from appliance.doctor.finding import FAULT, OK, WARNING, Finding, Place, _
from clinic_app.kernel.clock import clock

HOUR_MS = 3_600_000
PAGE, BUTTON, RIGHT = "/backups/", _("去备份"), "backups.view"
WARNING_HOURS, FAULT_HOURS = 24, 72


def check(place: Place) -> Finding:
    """Older than a day is to be done these days, older than three or none at all now (B1)."""
    made = sources.verified_backups(place)
    if not made:
        return Finding(FAULT, _("没有核对过的备份；电脑坏了，数据就没了。"), {}, PAGE, BUTTON, RIGHT)
    hours = max(0, clock.read().at - made[0]) // HOUR_MS
    facts = {"hours": hours, "count": len(made)}
    if hours >= FAULT_HOURS:
        return Finding(FAULT, _("最近的备份是 %(hours)s 小时以前的。"), facts, PAGE, BUTTON, RIGHT)
    if hours >= WARNING_HOURS:
        return Finding(WARNING, _("最近的备份是 %(hours)s 小时以前的。"), facts, PAGE, BUTTON, RIGHT)
    return Finding(OK, _("最近的备份是 %(hours)s 小时以前的，共 %(count)s 份。"), facts)
