"""The clock of skin tests, doses of a course, drip rate: the domain guide's numbers."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from clinic_app.kernel.clock import from_local
from clinic_app.kernel.errors import Refused
from clinic_app.modules.treatments import rules


def at(day: int, hour: int, minute: int = 0) -> int:
    return from_local(datetime(2024, 3, day, hour, minute))


@pytest.mark.rule("ST-02")
@pytest.mark.parametrize(("before", "after", "positive"), [(3, 5, False), (3, 6, True), (0, 3, True), (5, 4, False)])
def test_a_wheal_that_grew_three_millimetres_is_positive(before, after, positive):
    assert rules.is_positive(before, after, 3) is positive


@pytest.mark.rule("ST-06")
def test_reading_at_ten_past_is_refused_and_at_a_quarter_past_taken():
    started = at(5, 9)
    with pytest.raises(Refused) as err:
        rules.check_reading_time(started, at(5, 9, 10), 15)
    assert err.value.code == "treatments.read_too_early" and err.value.facts["left"] == 5
    with pytest.raises(Refused):
        rules.check_reading_time(started, at(5, 9, 15) - 1, 15)
    rules.check_reading_time(started, at(5, 9, 15), 15)


@pytest.mark.rule("ST-04")
def test_a_negative_test_lapses_after_more_than_seventy_two_hours():
    last = at(5, 9)
    assert rules.has_lapsed(last, at(8, 9, 30), 72)
    assert not rules.has_lapsed(last, at(8, 8, 30), 72)
    assert not rules.has_lapsed(last, at(8, 9), 72)


@pytest.mark.rule("IN-03")
def test_250_millilitres_in_100_minutes_are_50_drops():
    assert rules.drops_per_minute(Decimal(250), 20, 100) == 50
    assert rules.drops_per_minute(Decimal(100), 20, 30) == 67


@pytest.mark.rule("IN-02")
def test_doses_stand_on_the_days_of_the_course():
    day = date(2024, 3, 5)  # a Tuesday
    assert rules.doses_by_day(1, 1, 3, is_single=False, starts_on=day) == [1, 1, 1]
    assert rules.doses_by_day(2, 1, 3, is_single=False, starts_on=day) == [2, 2, 2]
    assert rules.doses_by_day(1, 2, 4, is_single=False, starts_on=day) == [1, 0, 1, 0]
    assert rules.doses_by_day(1, 1, 3, is_single=True, starts_on=day) == [1]
    assert rules.doses_by_day(2, 7, 4, is_single=False, weekdays={1, 4}, starts_on=day) == [0, 0, 1, 0]


@pytest.mark.rule("IN-04")
def test_nothing_scanned_matches_nothing():
    assert not rules.matches("", [""])
    assert rules.matches(" xl1 ", ["XL1"])
