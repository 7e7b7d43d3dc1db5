"""Manifest of the subject backups (备份): how old the copies are, where they go, making one by hand."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.backups.queries import chips

KEEP = "appliance design: hourly kept 24, daily 14, before upgrades 5"
DECIDED = "decided here"
LOOK_AFTER = frozenset({"manager", "administrator", "technician", "security_officer"})

MODULE = Module(
    name="backups",
    blueprint="clinic_app.modules.backups.views:blueprint",
    rights={
        "backups.view": LOOK_AFTER,
        "backups.make": LOOK_AFTER,
        "backups.set_up": frozenset({"administrator"}),
    },
    menu=(MenuItem("备份", "backups.index", "backups.view", "shield"),),
    chips=chips,
    parameters=(
        Parameter("backups.every_minutes", 60, KEEP, lowest=15, highest=1440),
        Parameter("backups.keep_hourly", 24, KEEP, lowest=1, highest=500),
        Parameter("backups.keep_daily", 14, KEEP, lowest=1, highest=500),
        Parameter("backups.keep_upgrade", 5, KEEP, lowest=1, highest=50),
        Parameter("backups.keep_now", 5, DECIDED, lowest=1, highest=50),
        Parameter("backups.red_hours", 24, "decided here: a day of work at most is at risk", lowest=1, highest=720),
        Parameter("backups.away_days", 8, "decided here: the stick that leaves the house changes weekly", lowest=1,
                  highest=90),
    ),
)  # fmt: skip
