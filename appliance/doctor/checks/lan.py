"""Whether other PCs get in (院内网)."""

from appliance.doctor.finding import FAULT, NOTICE, OK, Finding, Place, _
from appliance.lan import settings
from clinic_app.kernel import ports

URL, RIGHT = "/desks/lan", "desks.lan"


def check(place: Place) -> Finding:
    """A door that is to be open and is shut is a fault; only the server that keeps it knows."""
    if not settings.load(place.config.data / "lan").is_on:
        return Finding(OK, _("没有对院内网开放。"))
    if ports.bound.lan is None:
        return Finding(NOTICE, _("院内网通不通只有开着的服务器知道：看它的“自检”页。"))
    if ports.bound.lan.trouble() not in ports.LAN_LETS_IN:
        return Finding(FAULT, _("院内网不通，别的电脑打不开。"), {}, URL, _("看原因"), RIGHT)
    return Finding(OK, _("院内网开着。"))
