"""The certificate for the LAN (证书)."""

from appliance.doctor import sources
from appliance.doctor.finding import FAULT, OK, WARNING, Finding, Place, _
from clinic_app.kernel.clock import clock, local_text

SOON_DAYS = 30
DAY_MS = 86_400_000


def check(place: Place) -> Finding:
    """Ended is a fault: village PCs are turned away by their browsers."""
    ends = sources.certificate_ends(place)
    if ends is None:
        return Finding(OK, _("没有对院内网开放，用不着证书。"))
    left, facts = (ends - clock.read().at) // DAY_MS, {"day": local_text(ends)[:10]}
    if left < 0:
        return Finding(FAULT, _("院内网的证书 %(day)s 过期了，别的电脑打不开。"), facts)
    if left < SOON_DAYS:
        return Finding(WARNING, _("院内网的证书 %(day)s 到期。"), facts)
    return Finding(OK, _("院内网的证书用到 %(day)s。"), facts)
