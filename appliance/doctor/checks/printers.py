"""The printers of the desks (打印机)."""

from appliance.doctor.finding import NOTICE, OK, WARNING, Finding, Place, _
from clinic_app.modules.desks import queries as desks

URL = "/desks"
LONG_QUEUE = 20


def check(_place: Place) -> Finding:
    """Papers of unknown fate and long queues; a desk without a printer is to be known."""
    counts, named = desks.paper_counts(), {one.id: one.name for one in desks.desks()}
    unknown = [named[key] for key, one in counts.items() if one.unknown and key in named]
    waiting = [named[key] for key, one in counts.items() if one.waiting >= LONG_QUEUE and key in named]
    without = [one.name for one in desks.desks() if one.printer_kind == "none"]
    if unknown:
        facts = {"desks": "、".join(unknown)}
        return Finding(WARNING, _("有单据不知道打出来没有：%(desks)s。"), facts, URL, _("看工位"))
    if waiting:
        return Finding(WARNING, _("单据排着队打不出来：%(desks)s。"), {"desks": "、".join(waiting)}, URL, _("看工位"))
    if without:
        return Finding(NOTICE, _("没接打印机的工位：%(desks)s。"), {"desks": "、".join(without)}, URL, _("看工位"))
    return Finding(OK, _("打印机没有积压。"))
