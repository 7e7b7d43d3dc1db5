"""Room on the disk (磁盘空间)."""

import shutil

from appliance.doctor.finding import FAULT, OK, WARNING, Finding, Place, _
from clinic_app.kernel import condition, opening

FAULT_BYTES, WARNING_BYTES = 512 << 20, 2 << 30
TIMES_THE_DATABASE = 3  # an upgrade works on a copy and keeps the former one
MIB = 1 << 20


def check(place: Place) -> Finding:
    """A used reserve is a fault; an upgrade needs three times the database."""
    free = shutil.disk_usage(place.config.data).free
    file = place.config.data / opening.DATABASE
    database = file.stat().st_size if file.exists() else 0
    need = max(WARNING_BYTES, TIMES_THE_DATABASE * database)
    facts = {"free": _sized(free), "need": _sized(need, up=True)}
    if condition.stands(condition.RESERVE_USED):
        return Finding(FAULT, _("磁盘快满了，只剩 %(free)s，备用空间已经放出来。"), facts)
    if free < FAULT_BYTES:
        return Finding(FAULT, _("磁盘只剩 %(free)s。"), facts)
    if free < need:
        return Finding(WARNING, _("磁盘剩 %(free)s，升级和备份要 %(need)s。"), facts)
    return Finding(OK, _("磁盘还有 %(free)s。"), facts)


def _sized(size: int, *, up: bool = False) -> str:
    """Whole MB, and whole GB from ten on: nobody reads five digits. What is needed is rounded up."""
    unit, name = (MIB, "MB") if size < 10 << 30 else (1 << 30, "GB")
    return f"{-(-size // unit) if up else size // unit} {name}"
