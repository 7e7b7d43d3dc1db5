"""The clock of the PC (时钟)."""

import time

from appliance.doctor.finding import FAULT, NOTICE, OK, WARNING, Finding, Place, _
from clinic_app.kernel.clock import clock, local_text

MOST_APART_MS = 5 * 60_000
CHINA_SECONDS = 8 * 3600


def check(_place: Place) -> Finding:
    """In doubt is a fault: day-bound work stands still until a person confirms the date."""
    now = clock.read()
    facts = {"said": local_text(now.wall), "believed": local_text(now.at)}
    if clock.in_doubt:
        return Finding(
            FAULT, _("电脑的时间是 %(said)s，比最后一笔记录还早或者跳得太多，不可信。"), facts, "/clock", _("校对时间")
        )
    if abs(now.wall - now.at) > MOST_APART_MS:
        return Finding(WARNING, _("电脑的时间是 %(said)s，系统认的是 %(believed)s。"), facts, "/clock", _("校对时间"))
    if time.localtime().tm_gmtoff != CHINA_SECONDS:
        return Finding(NOTICE, _("电脑没有设成北京时间；单据和报表照样按北京时间。"), facts)
    return Finding(OK, _("时间没有疑问：%(said)s。"), facts)
