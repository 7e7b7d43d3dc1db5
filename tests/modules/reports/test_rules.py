"""Periods, shares, drawings and cells of the reports, with the numbers of the domain guide."""

from datetime import date

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.reports.rules.cells import safe_cell
from clinic_app.modules.reports.rules.charts import parts, scale, spread
from clinic_app.modules.reports.rules.figures import average_fen, change_per_mille, mean_tenths, per_mille
from clinic_app.modules.reports.rules.periods import before, period, weekdays_before

FRIDAY = date(2026, 11, 20)


@pytest.mark.rule("RP-05")
def test_86400_yuan_of_1600_visits_are_54_a_visit() -> None:
    assert average_fen(8_640_000, 1600) == 5400
    assert average_fen(8_640_799, 1600) == 5400 and average_fen(8_640_800, 1600) == 5401


@pytest.mark.rule("RP-06")
def test_43200_of_86400_yuan_are_half() -> None:
    assert per_mille(4_320_000, 8_640_000) == 500


@pytest.mark.rule("RP-07")
def test_168_of_1200_sheets_are_14_percent() -> None:
    assert per_mille(168, 1200) == 140
    assert per_mille(169, 1200) == 141


@pytest.mark.rule("RP-09")
def test_of_nothing_there_is_no_figure() -> None:
    assert [average_fen(0, 0), per_mille(0, 0), change_per_mille(5, 0), change_per_mille(None, 5)] == [None] * 4
    assert mean_tenths([]) is None


@pytest.mark.rule("RP-11")
def test_the_usual_monday_morning_is_the_mean_of_the_mondays_before() -> None:
    assert mean_tenths([12, 14, 10, 12]) == 120
    assert weekdays_before(date(2024, 3, 25), 4) == [date(2024, 3, day) for day in (18, 11, 4)] + [date(2024, 2, 26)]


def test_a_change_is_told_with_its_sign() -> None:
    assert change_per_mille(11_100, 10_756) == 32
    assert change_per_mille(9_000, 10_000) == -100


@pytest.mark.parametrize(
    ("name", "first", "earlier"),
    [
        ("today", FRIDAY, (date(2026, 11, 13), date(2026, 11, 13))),
        ("week", date(2026, 11, 16), (date(2026, 11, 9), date(2026, 11, 13))),
        ("month", date(2026, 11, 1), (date(2026, 10, 1), date(2026, 10, 20))),
        ("whatever", FRIDAY, (date(2026, 11, 13), date(2026, 11, 13))),
    ],
)
def test_a_period_has_days_and_those_it_is_compared_with(name: str, first: date, earlier: tuple[date, date]) -> None:
    found = period(name, FRIDAY, most_days=366)
    assert (found.first, found.last) == (first, FRIDAY)
    assert (before(found).first, before(found).last) == earlier


def test_the_last_of_march_is_compared_with_the_whole_of_february() -> None:
    found = before(period("month", date(2026, 3, 31), most_days=366))
    assert (found.first, found.last) == (date(2026, 2, 1), date(2026, 2, 28))


def test_chosen_days_are_in_order_and_not_too_many() -> None:
    found = period("chosen", FRIDAY, date(2025, 11, 20), FRIDAY, most_days=366)
    assert found.days == 366 and before(found).last == date(2025, 11, 19)
    with pytest.raises(Refused, match=r"reports\.period_long"):
        period("chosen", FRIDAY, date(2025, 11, 19), FRIDAY, most_days=366)
    with pytest.raises(Refused, match=r"reports\.period_order"):
        period("chosen", FRIDAY, FRIDAY, date(2026, 11, 19), most_days=366)


@pytest.mark.parametrize("start", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_begins_a_formula(start: str) -> None:
    assert str(safe_cell(start)).startswith("'")


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [safe_cell(-5), safe_cell("张*"), safe_cell("A+B"), safe_cell(None)] == [-5, "张*", "A+B", ""]
    assert safe_cell("一\x00二\n三") == "一 二 三"


@pytest.mark.parametrize(
    ("values", "most", "step"),
    [([], 2, 1), ([0], 2, 1), ([4], 4, 1), ([5], 6, 2), ([21], 30, 10), ([87], 100, 50)],
)
def test_a_scale_has_few_round_lines_and_holds_the_highest(values: list[int], most: int, step: int) -> None:
    found = scale(values)
    assert (found.most, found.step) == (most, step) and len(found.lines) <= 6
    assert found.y(0) == 150 and found.y(most * 10) == 24


def test_places_are_even_and_parts_fill_the_bar() -> None:
    assert spread(1, 0, 100) == [50] and spread(2, 0, 100) == [25, 75]
    assert parts([1, 1, 1], 520) == [(0, 173), (173, 173), (346, 174)] and parts([0], 520) == [(0, 0)]
