"""The pages of the database (数据页)."""

from appliance.doctor.finding import FAULT, NOTICE, OK, Finding, Place, _
from clinic_app.kernel import db, installation, maintenance
from clinic_app.kernel.clock import clock
from clinic_app.modules.checks import queries as checks

LONGEST_DAYS = 35
DAY_MS = 86_400_000


def check(place: Place) -> Finding:
    """Known damage is a fault; a thorough look reads every page itself. A new clinic owes no full count yet."""
    damaged = db.damaged_pages() if place.reads_pages else list(maintenance.known_damage())
    if damaged:
        facts = {"count": len(damaged)}
        return Finding(FAULT, _("有 %(count)s 处数据页读不出来。"), facts, "/checks/", _("看核对页"))
    if place.reads_pages:
        return Finding(OK, _("每一页数据都读过，没有损坏。"))
    run = checks.newest_run()
    if run is None or run.finished_at is None:
        if _is_long_ago(installation.current().created_at):
            return Finding(NOTICE, _("没有发现损坏；还没有完整核对过。"), {}, "/checks/", _("去核对"))
        return Finding(OK, _("没有发现损坏。"))
    if _is_long_ago(run.finished_at):
        return Finding(NOTICE, _("没有发现损坏；一个多月没有完整核对过了。"), {}, "/checks/", _("去核对"))
    if run.violations:
        facts = {"count": run.violations}
        return Finding(FAULT, _("上次核对有 %(count)s 处不符。"), facts, "/checks/", _("看核对页"))
    return Finding(OK, _("没有发现损坏，上次核对全部相符。"))


def _is_long_ago(at: int) -> bool:
    return clock.read().at - at > LONGEST_DAYS * DAY_MS
