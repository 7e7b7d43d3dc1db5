from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import parameters
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.rules.age import FIRST_OF_MARCH, LAST_OF_FEBRUARY, Age
from clinic_app.modules.visits.queries import must_ask_pressure

DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.rule("ID-10")
@pytest.mark.parametrize(
    ("born", "on", "parts"),
    [
        ("2023-11-10", "2024-03-05", ((3, "months"), (24, "days"))),
        ("2024-03-05", "2024-03-05", ((0, "days"),)),
        ("2024-02-06", "2024-03-05", ((28, "days"),)),
        ("2024-02-05", "2024-03-05", ((1, "months"),)),
        ("2023-03-06", "2024-03-05", ((11, "months"), (28, "days"))),
        ("2023-03-05", "2024-03-05", ((1, "years"),)),
        ("2021-11-20", "2024-03-05", ((2, "years"), (3, "months"))),
        ("2018-03-06", "2024-03-05", ((5, "years"), (11, "months"))),
        ("2018-03-05", "2024-03-05", ((6, "years"),)),
        ("2017-12-05", "2024-03-05", ((6, "years"),)),
        ("1949-12-31", "2024-03-05", ((74, "years"),)),
    ],
)
def test_shows_the_completed_calendar_age(born, on, parts):
    assert Age.at(date.fromisoformat(born), date.fromisoformat(on)).parts() == parts


@pytest.mark.rule("ID-10")
def test_years_stand_alone_from_the_parameter_on():
    age = Age.at(date(2020, 1, 5), date(2024, 3, 5))
    assert age.parts() == ((4, "years"), (2, "months"))
    assert age.parts(years_alone_from=3) == ((4, "years"),)


@pytest.mark.rule("ID-10")
def test_months_are_shown_until_the_day_before_the_sixth_birthday(clinic):
    born = date(2018, 3, 5)
    assert Age.at(born, date(2024, 3, 4)).parts() == ((5, "years"), (11, "months"))
    assert Age.at(born, date(2024, 3, 5)).parts() == ((6, "years"),)
    shown = [queries.age_text("2018-04-05", date(2024, month, 5)) for month in (3, 4, 5)]
    assert shown == ["5岁11月", "6岁", "6岁"]


@pytest.mark.rule("ID-10")
def test_born_on_10_november_the_fifth_of_march_is_3_months_and_24_days(clinic):
    shown = [queries.age_text(born, date(2024, 3, 5)) for born in ("2023-11-10", "2024-02-06", "2021-11-20")]
    assert shown == ["3月24天", "28天", "2岁3月"]


@pytest.mark.rule("ID-10")
def test_born_on_29_february_a_year_is_completed_on_1_march():
    born = date(2020, 2, 29)
    assert Age.at(born, date(2021, 2, 28)) == Age(0, 11, 30)
    assert Age.at(born, date(2021, 3, 1)) == Age(1, 0, 0)
    assert Age.at(born, date(2024, 2, 28)).years == 3
    assert Age.at(born, date(2024, 2, 29)) == Age(4, 0, 0)


@pytest.mark.rule("ID-10", "RX-01", "VS-09")
def test_the_leap_birthday_of_the_parameter_holds_for_every_age_of_the_clinic(clinic):
    """Fourteen and thirty-five years: children's sheets, least ages of drugs, blood pressure, consent."""
    last, first = date(2026, 2, 28), date(2026, 3, 1)
    at = lambda on: (queries.completed_years("2012-02-29", on), queries.age_text("2012-02-29", on))  # noqa: E731
    assert (at(last), at(first)) == ((13, "13岁"), (14, "14岁"))
    assert not must_ask_pressure("1988-02-29", date(2023, 2, 28), measured=False)
    clinic.run(
        clinic.actor("administrator"),
        lambda uow: parameters.change(uow, "patients.leap_birthday", "02-28", date(2020, 1, 1), "院内规定"), quiet=True,
    )  # fmt: skip
    assert (at(date(2026, 2, 27)), at(last)) == ((13, "13岁"), (14, "14岁"))
    assert must_ask_pressure("1988-02-29", date(2023, 2, 28), measured=False)


@pytest.mark.rule("ID-10")
def test_born_on_29_february_a_year_may_be_completed_on_the_28th():
    born = date(2020, 2, 29)
    age = lambda *on: Age.at(born, date(*on), leap_birthday=LAST_OF_FEBRUARY)  # noqa: E731
    assert [age(2021, 2, 27), age(2021, 2, 28), age(2021, 3, 1)] == [Age(0, 11, 29), Age(1, 0, 0), Age(1, 0, 1)]
    assert [age(2024, 2, 28), age(2024, 2, 29)] == [Age(3, 11, 30), Age(4, 0, 0)]
    assert Age.at(date(2020, 2, 28), date(2021, 2, 28), leap_birthday=LAST_OF_FEBRUARY) == Age(1, 0, 0)
    assert Age.at(date(2020, 1, 31), date(2021, 2, 28), leap_birthday=LAST_OF_FEBRUARY) == Age(1, 0, 28)


@pytest.mark.rule("RX-01")
def test_the_14th_birthday_ends_childhood_on_that_day():
    assert Age.at(date(2010, 3, 6), date(2024, 3, 5)).years == 13
    assert Age.at(date(2010, 3, 5), date(2024, 3, 5)).years == 14


def test_born_on_the_31st_a_month_is_completed_on_the_first():
    assert Age.at(date(2023, 1, 31), date(2023, 2, 28)) == Age(0, 0, 28)
    assert Age.at(date(2023, 1, 31), date(2023, 3, 1)) == Age(0, 1, 0)
    assert Age.at(date(2022, 12, 31), date(2023, 3, 1)) == Age(0, 2, 0)


def test_no_age_before_birth():
    with pytest.raises(ValueError, match="before birth"):
        Age.at(date(2024, 3, 6), date(2024, 3, 5))


@given(DATES | st.just(date(2000, 2, 29)), st.integers(0, 45_000), st.sampled_from((FIRST_OF_MARCH, LAST_OF_FEBRUARY)))
def test_age_never_falls_from_one_day_to_the_next(born, days, leap):
    ages = (Age.at(born, born + timedelta(days=count), leap_birthday=leap) for count in (days, days + 1))
    today, tomorrow = ages
    assert (today.years, today.months, today.days) < (tomorrow.years, tomorrow.months, tomorrow.days)
    assert 0 <= today.months < 12 and 0 <= today.days < 31
