from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.hybrid_clock import LARGEST, observe, tick, wall_of

WALLS = st.integers(-(2**63), 2**63)
TIMES = st.integers(0, LARGEST - 1)
NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.rule("T1")
@given(st.lists(WALLS, max_size=50))
def test_never_decreases_whatever_the_wall_clock_does(walls):
    last = 0
    for wall in walls:
        now = tick(last, wall)
        assert now > last
        last = now


@pytest.mark.rule("T1")
@given(st.lists(st.tuples(TIMES.map(lambda time: time // 2), WALLS), max_size=50))
def test_a_row_from_elsewhere_is_always_followed_by_a_later_time(rows):
    last = 0
    for seen, wall in rows:
        now = observe(last, seen, wall)
        assert now > last and now > seen
        last = now


def test_follows_a_good_wall_clock():
    assert wall_of(tick(0, NOON)) == NOON


def test_two_rows_in_one_millisecond_are_apart():
    first = tick(0, NOON)
    second = tick(first, NOON)
    assert second == first + 1 and wall_of(second) == NOON


def test_a_clock_at_1980_keeps_the_order_and_the_last_good_time():
    good = tick(0, NOON)
    wrong = tick(good, int(datetime(1980, 1, 1, tzinfo=UTC).timestamp() * 1000))
    assert wrong > good and wall_of(wrong) == NOON


def test_more_rows_than_the_counter_holds_carry_into_the_millisecond():
    last = tick(0, NOON)
    for _ in range(2**16):
        last = tick(last, NOON)
    assert wall_of(last) == NOON + 1


@given(TIMES, WALLS)
def test_fits_a_signed_64_bit_column(last, wall):
    assert 0 < tick(last, wall) <= LARGEST


def test_refuses_to_count_past_the_last_time():
    with pytest.raises(OverflowError):
        tick(LARGEST, NOON)


def test_the_hub_is_not_dragged_into_2099_by_one_clinic():
    ten_minutes = 600_000
    hub = tick(0, NOON)
    far = tick(0, int(datetime(2099, 1, 1, tzinfo=UTC).timestamp() * 1000))
    near = tick(0, NOON + ten_minutes)
    assert wall_of(observe(hub, far, NOON, max_ahead_ms=ten_minutes)) == NOON
    assert observe(hub, near, NOON, max_ahead_ms=ten_minutes) > near
    assert observe(hub, far, NOON) > far
