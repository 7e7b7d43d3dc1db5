"""The database's log (预写日志) and the log files."""

from appliance.doctor import sources
from appliance.doctor.finding import FAULT, OK, WARNING, Finding, Place, _
from clinic_app.kernel.maintenance import ALARM_BYTES

FAULT_BYTES = 2 * ALARM_BYTES
LARGEST_LOGS = 4 << 30
MIB = 1 << 20


def check(place: Place) -> Finding:
    """A long database log means that somebody reads an old state and does not end, or that the disk is full."""
    wal = sources.log_bytes(place)
    files = sum(path.stat().st_size for path in (place.config.data / "logs").glob("*.log*") if path.is_file())
    facts = {"wal": wal // MIB, "logs": files // MIB}
    if wal > FAULT_BYTES:
        return Finding(FAULT, _("数据库日志有 %(wal)s MB，没有写回数据库。"), facts)
    if wal > ALARM_BYTES:
        return Finding(WARNING, _("数据库日志有 %(wal)s MB，比平时长。"), facts)
    if files > LARGEST_LOGS:
        return Finding(WARNING, _("日志文件有 %(logs)s MB。"), facts)
    return Finding(OK, _("数据库日志 %(wal)s MB，日志文件 %(logs)s MB。"), facts)
