"""Counts and times of a period (诊疗人次、等候时间), VS-08 and OPD-13."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.visits.rules import counting


@dataclass(frozen=True, slots=True)
class Waits:
    """Mean minutes from registration to the first call and to the start of the consultation, and of the consultation.

    None where nobody got that far. Who came without a number is left out: nobody waited.
    """

    to_call: int | None
    to_start: int | None
    inside: int | None


def visits_counted(first: date, last: date) -> counting.Counted:
    """How many visits count as such from day to day, both included (VS-08)."""
    found = db.rows(
        "SELECT kind, state, with_number, count(*) FROM visit WHERE visit_on BETWEEN ? AND ?"
        " GROUP BY kind, state, with_number",
        (first.isoformat(), last.isoformat()),
    )
    return counting.count({(kind, state, with_number): number for kind, state, with_number, number in found})


def waits(first: date, last: date) -> Waits:
    """The waits of a period (OPD-13)."""
    found = db.rows(
        "SELECT avg(coalesce(first_called_at, started_at) - registered_at), avg(started_at - registered_at),"
        " avg(finished_at - started_at) FROM visit"
        " WHERE visit_on BETWEEN ? AND ? AND with_number = 1 AND state <> 'cancelled'",
        (first.isoformat(), last.isoformat()),
    )[0]
    return Waits(*(None if one is None else round(one / 60_000) for one in found))


def absent(on: date) -> int:
    """How many of a day were registered and never seen nor cancelled (未到)."""
    return int(
        db.value(
            "SELECT count(*) FROM visit WHERE visit_on = ? AND state IN ('registered', 'called')", (on.isoformat(),)
        )
    )
