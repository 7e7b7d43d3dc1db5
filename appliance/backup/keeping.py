"""Which backups stay (保留规则): so many of each kind, and no more than the disk has room for; never the newest one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HOURLY, DAILY, UPGRADE, NOW = "hourly", "daily", "upgrade", "now"
FIRST_TO_GO = (HOURLY, NOW, UPGRADE, DAILY)
HOUR_SECONDS = 3600
NEVER = 1 << 62
SHARE_OF_TIME = 10
"""Copying takes at most one part in so many of the time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One verified backup as the rules see it."""

    name: str
    kind: str
    made_at: int
    bytes: int


def beyond_limits(
    found: Sequence[Kept], limits: Mapping[str, int], *, now: int = NEVER, just_made: str = ""
) -> list[Kept]:
    """The oldest of each kind beyond its limit; the newest of all and the one just made stay whatever the limits say.

    One from after `now` was made while the clock was wrong: it counts as the oldest.
    """
    stay = (_newest(found, now), next((one for one in found if one.name == just_made), None))
    gone = []
    for kind, limit in limits.items():
        of_kind = sorted((one for one in found if one.kind == kind), key=lambda one: _age(one, now), reverse=True)
        gone += [one for one in of_kind[limit:] if one not in stay]
    return sorted(gone, key=lambda one: _age(one, now))


def to_make_room(found: Sequence[Kept], missing_bytes: int, *, now: int = NEVER, stays: str = "") -> list[Kept]:
    """What goes when the disk is short of so many bytes: hourly ones first, of each kind the oldest; never `stays`,
    by default the newest.

    Nothing when even all of them would not be enough: then old backups are worth more than no new one.
    """
    staying = next((one for one in found if one.name == stays), None) or _newest(found, now)
    going: list[Kept] = []
    in_order = sorted(found, key=lambda one: (FIRST_TO_GO.index(one.kind), *_age(one, now)))
    for one in in_order:
        if sum(gone.bytes for gone in going) >= missing_bytes:
            break
        if one != staying:
            going.append(one)
    return going if sum(gone.bytes for gone in going) >= missing_bytes else []


def interval_seconds(every_seconds: int, last_seconds: float) -> float:
    """How long after the beginning of one backup the next is due: a long one makes the pause longer."""
    return max(float(every_seconds), last_seconds * SHARE_OF_TIME)


def kind_due(newest_daily_on: str, today: str) -> str:
    """The first of a business day is the daily one: it holds all of the day before, and the PC is off at night."""
    return HOURLY if newest_daily_on == today else DAILY


def _newest(found: Sequence[Kept], now: int) -> Kept | None:
    return max(found, key=lambda one: _age(one, now), default=None)


def _age(one: Kept, now: int) -> tuple[bool, int]:
    return one.made_at <= now, one.made_at
