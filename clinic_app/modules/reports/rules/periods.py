"""The days that a report is about (统计期间)."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused

NAMES = ("today", "week", "month", "chosen")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first through the last day, both included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def period(name: str, today: date, first: date | None = None, last: date | None = None, *, most_days: int) -> Period:
    """Today, this week from Monday, this month, or the chosen days; an unknown name is today.

    Refused `reports.period_order` when it ends before it begins, `reports.period_long` past `most_days`.
    """
    if name == "week":
        return Period(name, today - timedelta(days=today.weekday()), today)
    if name == "month":
        return Period(name, today.replace(day=1), today)
    if name != "chosen":
        return Period("today", today, today)
    begins, ends = first or today, last or max(today, first or today)
    if ends < begins:
        raise Refused("reports.period_order", field="last", first=begins.isoformat(), last=ends.isoformat())
    found = Period("chosen", begins, ends)
    if found.days > most_days:
        raise Refused("reports.period_long", field="last", most=most_days, have=found.days)
    return found


def before(this: Period) -> Period:
    """What it is compared with: the same weekday a week ago, the days of the week before, of the month before.

    A month is compared through the same day of the month before, or its last day if it is shorter.
    """
    if this.name == "month":
        ends_before = this.first - timedelta(days=1)
        return Period("month", ends_before.replace(day=1), ends_before.replace(day=min(this.last.day, ends_before.day)))
    away = timedelta(days=7 if this.name in ("today", "week") else this.days)
    return Period(this.name, this.first - away, this.last - away)


def weekdays_before(day: date, weeks: int) -> list[date]:
    """The same weekday of the weeks before, the newest first (RP-11)."""
    return [day - timedelta(days=7 * week) for week in range(1, weeks + 1)]
