"""The days that a page of the reports was asked for."""

from collections.abc import Mapping
from datetime import date

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.dates import typed_day
from clinic_app.modules.reports.rules import periods


def read(asked: Mapping[str, str]) -> periods.Period:
    """`period` by name; with days that were typed it is a chosen one. Refused as the days are, with their field."""
    today = clock.read().on
    first, last = (_day(asked, field, today) for field in ("first", "last"))
    name = "chosen" if first or last else asked.get("period", "today")
    return periods.period(name, today, first, last, most_days=parameters.value("reports.most_days", today))


def _day(asked: Mapping[str, str], field: str, today: date) -> date | None:
    typed = asked.get(field, "").strip()
    return typed_day(typed, today, field=field) if typed else None
