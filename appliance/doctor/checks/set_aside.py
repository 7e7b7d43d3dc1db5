"""What an upgrade or a restore has put aside (换下来的库): whole databases that nobody needs for ever."""

import os
from contextlib import suppress
from pathlib import Path

from appliance.doctor.finding import NOTICE, OK, WARNING, Finding, Place, _
from clinic_app.kernel import opening, switching
from clinic_app.kernel.clock import SystemTime

WARNING_DAYS = 30  # by then nobody goes back: the work since would be lost
MOST_NAMED = 5
DAY_MS, MIB = 86_400_000, 1 << 20
PATTERNS = (f"{switching.REPLACED}*", f"{switching.INCOMING}*", f"{opening.DATABASE}.old-*")


def check(place: Place) -> Finding:
    """To be known while they may still be needed, to be put away after a month: they hold all patients, and keys."""
    left = [path for pattern in PATTERNS for path in sorted(place.config.data.glob(pattern))]
    if not left:
        return Finding(OK, _("没有换下来的旧库。"))
    days = max(0, SystemTime().wall_ms() - min(_at_ms(path) for path in left)) // DAY_MS
    names = ", ".join(path.name for path in left[:MOST_NAMED]) + (" …" if len(left) > MOST_NAMED else "")
    facts = {"names": names, "days": days, "size": -(-sum(map(_size, left)) // MIB)}
    if days < WARNING_DAYS:
        return Finding(NOTICE, _("留着换下来的旧库：%(names)s，共 %(size)s MB，最早的放了 %(days)s 天。"), facts)
    put_away = _("换下来的旧库放了 %(days)s 天：%(names)s，共 %(size)s MB，里面有全部病历，用不着就移走。")
    return Finding(WARNING, put_away, facts)


def _at_ms(path: Path) -> int:
    """When it was put there: moved files keep their times, the folder has its own."""
    return path.stat().st_mtime_ns // 1_000_000


def _size(path: Path) -> int:
    found = 0
    with suppress(OSError):
        if path.is_file():
            return path.stat().st_size
        for folder, _folders, names in os.walk(path):
            found += sum((Path(folder) / name).stat().st_size for name in names)
    return found
