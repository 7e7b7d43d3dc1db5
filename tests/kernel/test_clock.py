"""The doubt rule: a time before the newest committed row is never believed (T1, OF-05)."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import opening, schema
from clinic_app.kernel.clock import Clock, business_day, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import unit_of_work
from sync.wire.hybrid_clock import wall_of
from tests.kernel.conftest import CASHIER

NOON = 1_795_233_600_000  # 2026-11-21 12:00 in China


class TestTime:
    """A PC whose clock the test sets."""

    __test__ = False

    def __init__(self, wall: int = NOON):
        self.wall, self.boot = wall, 1_000_000

    def wall_ms(self) -> int:
        return self.wall

    def monotonic_ms(self) -> int:
        return self.boot

    def pass_by(self, ms: int) -> None:
        self.wall += ms
        self.boot += ms


def started(time: TestTime, newest: int = 0) -> Clock:
    made = Clock(time)
    made.start(newest, time)
    return made


def test_the_business_day_is_the_day_in_china_whatever_the_pc_says() -> None:
    assert business_day(1_709_567_999_999) == date(2024, 3, 4)
    assert business_day(1_709_568_000_000) == date(2024, 3, 5)


def test_a_clock_set_back_is_not_believed_and_says_so() -> None:
    time = TestTime()
    one = started(time)
    before = one.read()
    time.wall -= 8 * 365 * 86_400_000
    after = one.read()
    assert one.in_doubt and after.state == "wrong"
    assert after.at == before.at and after.on == before.on and after.hlc > before.hlc


def test_a_jump_ahead_of_the_monotonic_clock_is_not_believed() -> None:
    time = TestTime()
    one = started(time)
    one.read()
    time.wall += 30 * 86_400_000
    assert one.read().on == date(2026, 11, 21) and one.in_doubt


def test_time_that_passes_is_believed() -> None:
    """Negative control of the two above."""
    time = TestTime()
    one = started(time)
    one.read()
    time.pass_by(30 * 86_400_000)
    assert one.read().on == date(2026, 12, 21) and not one.in_doubt


def test_a_start_before_the_newest_row_is_in_doubt_from_the_first_moment() -> None:
    newest = (NOON + 3_600_000) << 16
    assert started(TestTime(), newest).in_doubt
    assert not started(TestTime(NOON + 3_600_000), newest).in_doubt


def test_a_person_ends_the_doubt_and_may_not_set_it_before_the_newest_row() -> None:
    time = TestTime()
    one = started(time)
    one.read()
    time.wall -= 86_400_000
    one.read()
    with pytest.raises(Refused) as refused:
        one.confirm(NOON - 86_400_000)
    assert refused.value.code == "clock.before_newest"
    one.confirm(NOON + 60_000)
    reading = one.read()
    assert not one.in_doubt and reading.state == "trusted" and reading.at == NOON + 60_000
    time.pass_by(1_000)
    assert one.read().at == NOON + 61_000


def test_in_doubt_time_runs_on_so_that_waiting_work_is_not_frozen() -> None:
    time = TestTime()
    one = started(time)
    before = one.read()
    time.wall -= 86_400_000
    time.boot += 5_000
    assert one.read().at == before.at + 5_000 and one.in_doubt


def test_a_first_start_years_ahead_is_in_doubt_and_takes_nothing_with_it() -> None:
    newest = NOON << 16
    one = started(TestTime(NOON + 10 * 365 * 86_400_000), newest)
    assert one.in_doubt and one.read().on == date(2026, 11, 21)
    assert not started(TestTime(NOON + 30 * 86_400_000), newest).in_doubt


def test_a_minute_typed_by_a_person_is_taken_although_seconds_have_passed() -> None:
    time = TestTime()
    one = started(time)
    time.pass_by(30_000)
    one.read()
    time.wall -= 86_400_000
    one.read()
    one.confirm(NOON)
    assert not one.in_doubt and one.read().at >= NOON + 30_000 and not one.in_doubt


@given(st.lists(st.integers(-(10**11), 10**11), max_size=50))
def test_hybrid_time_never_goes_back_whatever_the_wall_does(jumps: list[int]) -> None:
    """T1"""
    time = TestTime()
    one = started(time)
    last = one.read()
    for jump in jumps:
        time.wall = max(0, time.wall + jump)
        time.boot += 1_000
        reading = one.read()
        assert reading.hlc > last.hlc and reading.at >= last.at
        assert wall_of(reading.hlc) >= wall_of(last.hlc)
        last = reading


def test_day_bound_work_is_refused_while_in_doubt(data: Path, steps: list[schema.Step]) -> None:
    time = TestTime(wall=4_000_000_000_000)
    opening.open_clinic(data, steps, time=time)
    time.wall = 1_000_000_000_000
    with pytest.raises(Refused) as refused, unit_of_work(CASHIER) as uow:
        uow.require_sure_date()
    assert refused.value.code == "clock.in_doubt"
    clock.confirm(4_000_000_100_000)
    with unit_of_work(CASHIER) as uow:
        uow.require_sure_date()
