"""The nurse's work list (待执行): who waits with a paid test, injection, bottle or treatment, late ones first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import from_local
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.treatments.queries.executions import EXECUTION_SQL, Execution
from clinic_app.modules.treatments.queries.skin_tests import TEST_SQL, SkinTest

_WAITING = """
SELECT x.patient_id, p.name, p.sex, p.born_on, p.is_birth_estimated, sum(x.tests), sum(x.due), sum(x.late),
    sum(x.running), min(x.since)
FROM (SELECT t.patient_id, 1 AS tests, 0 AS due, 0 AS late, t.state = 'started' AS running, t.ordered_at AS since
    FROM skin_test t WHERE t.state IN ('ordered', 'started') AND t.ordered_at >= :since
    UNION ALL
    SELECT e.patient_id, 0, e.planned_on = :day, e.planned_on < :day, e.state = 'running', c.planned_at
    FROM execution e JOIN course c ON c.id = e.course_id
    WHERE e.state IN ('planned', 'running') AND e.planned_on BETWEEN :from AND :day
        AND EXISTS (SELECT 1 FROM charge_line l WHERE l.source_id IN (c.id, c.prescription_id, c.request_id)
            AND l.state = 'billed')) AS x
JOIN patient p ON p.id = x.patient_id
GROUP BY x.patient_id ORDER BY sum(x.late) = 0, sum(x.running) DESC, min(x.since) LIMIT 100
"""
_ENTRIES = (
    f"{EXECUTION_SQL} WHERE patient_id = ? AND planned_on >= ?"
    " ORDER BY state IN ('done', 'stopped', 'closed'), planned_on, course_id, entry_no, group_no LIMIT 200"
)
_TESTS = f"{TEST_SQL} WHERE patient_id = ? AND ordered_at >= ? AND state <> 'cancelled' ORDER BY ordered_at LIMIT 50"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person: skin tests, executions of today, late ones, running ones, and since when."""

    patient_id: bytes
    name: str
    sex: str
    born_on: str | None
    is_birth_estimated: bool
    tests: int
    due: int
    late: int
    running: int
    since: int


def first_day(on: date) -> date:
    """The oldest day of the list."""
    return on - timedelta(days=parameters.value("treatments.list_days", on) - 1)


def start_of(day: date) -> int:
    """The first instant of a business day, ms UTC."""
    return from_local(datetime.combine(day, time()))


def waiting(on: date) -> list[Waiting]:
    """Late ones first, then what runs, then the longest wait."""
    since = first_day(on)
    told = {"day": on.isoformat(), "from": since.isoformat(), "since": start_of(since)}
    return db.read(Waiting, _WAITING, told)


def entries_of_patient(patient_id: bytes, on: date) -> list[Execution]:
    """Everything to execute for the person since the oldest day of the list, open ones first."""
    day = first_day(on).isoformat()
    return [
        one for record in patients.same_person(patient_id) for one in db.read(Execution, _ENTRIES, (record, day))
    ]


def open_tests_of_patient(patient_id: bytes, on: date) -> list[SkinTest]:
    """The person's skin tests since the oldest day of the list."""
    since = start_of(first_day(on))
    return [one for record in patients.same_person(patient_id) for one in db.read(SkinTest, _TESTS, (record, since))]
