"""The key files (密钥文件)."""

import os
import stat

from appliance.doctor.finding import FAULT, OK, WARNING, Finding, Place, _
from clinic_app.kernel import keys, opening
from clinic_app.kernel.errors import Refused

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check(place: Place) -> Finding:
    """Readable by this account and by nobody else; the clinic's own."""
    folder = place.config.data / opening.KEYS
    try:
        mark = opening.kept_keys(place.config.data).mark
    except Refused:
        return Finding(FAULT, _("密钥文件缺了、坏了或者不是这家的；下次启动就打不开数据。"))
    if os.name != "nt":
        open_to_others = [name for name in (*keys.FILES, "") if (folder / name).stat().st_mode & OTHERS]
        if open_to_others:
            facts = {"names": ", ".join(name or opening.KEYS for name in open_to_others)}
            return Finding(FAULT, _("这台电脑上别的账号也能读密钥：%(names)s。"), facts)
    if list(place.config.data.glob(f"{opening.KEYS}.old-*")):
        return Finding(WARNING, _("旧密钥还留在数据文件夹里（keys.old-…），用不着就移走。"))
    return Finding(OK, _("密钥文件完好，编号 %(mark)s，别的账号读不到。"), {"mark": mark})
