"""Rules of the backups (备份): which copy is fresh, which is late, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

HOUR_MS = 3_600_000
HERE, IN_THE_HOUSE, AWAY = 1, 2, 3
OK, WARN, OFF = "ok", "warn", "off"


@dataclass(frozen=True, slots=True)
class CopyAge:
    """One of the three copies: when its newest was made, None for never; `hours` since then or the beginning."""

    copy_no: int
    made_at: int | None
    hours: int
    state: str
    is_set_up: bool


def copy_ages(
    now: int,
    clinic_since: int,
    newest: Mapping[int, int],
    set_up: Mapping[int, int],
    *,
    red_hours: int,
    away_days: int,
) -> tuple[CopyAge, ...]:
    """How the three copies stand.

    Copy 1 (this PC) and copy 2 (another disk in the house) are late after `red_hours`, copy 3 (away) after `away_days`;
    a copy that nobody has set up is a warning, not a fault. Where there has never been one, it counts from when its
    target was added (`set_up`: copy number to instant), that of this PC from when the clinic was made.
    """
    found = []
    for copy_no in (HERE, IN_THE_HOUSE, AWAY):
        made_at = newest.get(copy_no)
        since = set_up.get(copy_no, clinic_since) if made_at is None else made_at
        hours = max(0, now - since) // HOUR_MS
        is_set_up = copy_no == HERE or copy_no in set_up
        limit = away_days * 24 if copy_no == AWAY else red_hours
        late = WARN if copy_no == AWAY else OFF
        state = WARN if not is_set_up else late if hours >= limit else OK if made_at is not None else WARN
        found.append(CopyAge(copy_no, made_at, hours, state, is_set_up))
    return tuple(found)


def worst(ages: tuple[CopyAge, ...], *, is_practice: bool) -> CopyAge:
    """What the chip says; a practice clinic needs no second disk, and that nothing leaves the house is for the page."""
    asked = [one for one in ages if one.copy_no == HERE or (not is_practice and one.copy_no == IN_THE_HOUSE)]
    asked += [one for one in ages if one.copy_no == AWAY and one.is_set_up]
    return max(asked, key=lambda one: ((OK, WARN, OFF).index(one.state), -one.copy_no))
