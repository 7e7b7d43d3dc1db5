"""How many came (门诊人次), by day, hour and doctor (VS-08)."""

from datetime import date, timedelta

from clinic_app.kernel import db

HOUR_MS = 3_600_000
CLINIC_ZONE_HOURS = 8  # Asia/Shanghai has no other offset; `kernel.clock` says the same of business days
HOUR = f"(v.registered_at / {HOUR_MS} + {CLINIC_ZONE_HOURS}) % 24"
"""Of a visit `v`."""
_COUNTED = "visit_on BETWEEN ? AND ? AND state <> 'cancelled'"


def count(first: date, last: date) -> int:
    """Everybody who registered or was seen without a number, those that were cancelled left out."""
    return int(db.value(f"SELECT count(*) FROM visit WHERE {_COUNTED}", _days(first, last)))


def seen(first: date, last: date) -> int:
    """Those of them that a doctor began: who still waits has cost nothing yet, so an average is not theirs (RP-08)."""
    return int(
        db.value(f"SELECT count(*) FROM visit WHERE {_COUNTED} AND started_at IS NOT NULL", _days(first, last))
    )


def by_day(first: date, last: date) -> list[tuple[date, int]]:
    """Each day of the period, those without visits as 0."""
    found = dict(
        db.rows(f"SELECT visit_on, count(*) FROM visit WHERE {_COUNTED} GROUP BY visit_on", _days(first, last))
    )
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [(day, found.get(day.isoformat(), 0)) for day in days]


def by_hour(day: date) -> dict[int, int]:
    """Registrations of a day by the hour of the clinic's clock."""
    return dict(
        db.rows(
            f"SELECT {HOUR}, count(*) FROM visit v WHERE {_COUNTED} GROUP BY 1",
            _days(day, day),
        )
    )


def by_doctor(first: date, last: date) -> dict[bytes, tuple[int, int]]:
    """Visits of a doctor, and how many of them the doctor began."""
    return {
        doctor_id: (visits, begun)
        for doctor_id, visits, begun in db.rows(
            "SELECT doctor_id, count(*), count(started_at) FROM visit"
            f" WHERE {_COUNTED} AND doctor_id IS NOT NULL GROUP BY doctor_id",
            _days(first, last),
        )
    }


def _days(first: date, last: date) -> tuple[str, str]:
    return first.isoformat(), last.isoformat()
