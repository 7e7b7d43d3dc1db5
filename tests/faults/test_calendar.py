"""Fault 25: the clinic's day is that of Asia/Shanghai, whatever zone the PC is in, over midnight, leap days, years."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clinic_app import registry
from clinic_app.kernel import db, opening
from clinic_app.kernel.clock import business_day, clock, from_local, local_text
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.faults.pc_faults import JumpingTime
from tests.faults.product_workload import broken_invariant

ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin")
DAYS = {  # an instant in UTC, the day of the clinic
    "the last second of a day": ("2026-11-22T15:59:59", date(2026, 11, 22)),
    "the first second of a day": ("2026-11-22T16:00:00", date(2026, 11, 23)),
    "into the leap day": ("2028-02-28T16:00:00", date(2028, 2, 29)),
    "out of the leap day": ("2028-02-29T16:00:00", date(2028, 3, 1)),
    "no leap day": ("2027-02-28T16:00:00", date(2027, 3, 1)),
    "the last second of a year": ("2026-12-31T15:59:59", date(2026, 12, 31)),
    "the first second of a year": ("2026-12-31T16:00:00", date(2027, 1, 1)),
    "an hour that Berlin has twice": ("2026-10-25T00:30:00", date(2026, 10, 25)),
    "an hour that Los Angeles leaves out": ("2026-03-08T10:30:00", date(2026, 3, 8)),
    "an hour that Shanghai left out in 1986": ("1986-05-04T16:30:00", date(1986, 5, 5)),
}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def at_ms(instant: str) -> int:
    return int(datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("what", DAYS)
def test_the_day_is_the_clinics_in_every_zone(zone: str, what: str) -> None:
    instant, day = DAYS[what]
    assert business_day(at_ms(instant)) == day
    typed = datetime.strptime(local_text(at_ms(instant)), "%Y-%m-%d %H:%M")
    assert from_local(typed) == at_ms(instant) // 60_000 * 60_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calendar")
    small_clinic.make(folder)
    return folder


@pytest.mark.parametrize(
    ("before", "series", "later"),
    (("2026-12-31T15:59:30", "XQX01R26", "XQX01R27"), ("2028-02-29T15:59:30", "XQX01R28", "XQX01R28")),
    ids=("year end", "leap day"),
)
def test_over_midnight_the_shift_goes_on_once_and_numbers_follow_the_day(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, series: str, later: str
) -> None:
    """A visit on each side of midnight: one shift, each bill on its own day, series of the year, every invariant."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    time_ = JumpingTime()
    time_.wall = at_ms(before)
    shutil.copytree(made, tmp_path / "clinic")
    config = config_of(tmp_path / "clinic")
    clinic = Clinic(tmp_path / "clinic", config, registry.wire(config))
    opening.open_clinic(clinic.folder, registry.migration_steps(), time=time_)
    try:
        clock.confirm(at_ms(before))
        place = db.value("SELECT id FROM place WHERE code = 'P1'")
        clinic.run(
            clinic.actor("pharmacist"),
            lambda uow: small_clinic.receive(uow, place, "A2", uow.on + timedelta(days=300), packs=50),
        )
        made_on = []
        for _ in range(2):
            arrived = visit.arrive(clinic)
            visit.consult(clinic, arrived["visit_id"], small_clinic.DRUGS)
            visit.pay(clinic, arrived["visit_id"])
            made_on.append(clock.read().on)
            time_.wall, time_.boot = time_.wall + 60_000, time_.boot + 60_000
        day = business_day(at_ms(before))
        assert [one.toordinal() - day.toordinal() for one in made_on] == [0, 1]
        assert db.rows("SELECT series, number FROM bill ORDER BY id") == (
            [(series, 1), (later, 1)] if series != later else [(series, 1), (series, 2)]
        )
        assert db.value("SELECT count(DISTINCT shift_id) FROM bill") == 1
        assert db.value("SELECT count(*) FROM shift") == 1 and broken_invariant() == ""
    finally:
        db.close_database()
        monkeypatch.undo()
        time.tzset()
