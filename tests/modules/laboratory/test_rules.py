"""Ranges by sex and age, flags and critical values."""

from datetime import date

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.laboratory import rules
from clinic_app.modules.laboratory.rules import Range

MAN = Range("1", 6570, None, "130", "175", "50", "200", "")
WOMAN = Range("2", 6570, None, "115", "150", "50", "200", "")
CHILD = Range("0", 0, 6569, "110", "155", "60", "200", "")
ANY = Range("0", 0, None, "3.9", "6.1", "2.8", "22.2", "")
WORD = Range("0", 0, None, "", "", "", "", "阴性")


@pytest.mark.parametrize(
    ("sex", "days", "found"),
    [("1", 6570, MAN), ("2", 20000, WOMAN), ("1", 6569, CHILD), ("2", 0, CHILD), ("9", 20000, None), ("1", None, None)],
)
def test_the_range_fits_sex_and_age_to_the_day(sex, days, found):
    assert rules.range_for([MAN, WOMAN, CHILD], sex, days) == found


def test_an_unknown_age_takes_only_a_range_for_every_age():
    assert rules.range_for([CHILD, ANY], "1", None) == ANY


@pytest.mark.parametrize(
    ("value", "flag"),
    [("3.9", ""), ("3.8", "L"), ("2.8", "LL"), ("2.9", "L"), ("6.1", ""), ("6.2", "H"), ("22.1", "H"), ("22.2", "HH"),
     (">30", "HH"), ("<2", "LL")],
)  # fmt: skip
def test_values_are_flagged_at_their_limits(value, flag):
    assert rules.flag_of(value, ANY) == flag


def test_words_are_flagged_when_they_are_not_the_expected_one():
    assert (rules.flag_of("阴性", WORD), rules.flag_of("2+", WORD), rules.flag_of("5", None)) == ("", "A", "")


@pytest.mark.parametrize("text", ["", "abc", "1e5", "-3", "1234567", "3..2", "NaN", "３x"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Refused) as err:
        rules.number_of(text, 2, field="wbc", name="白细胞")
    assert err.value.code == "laboratory.not_a_number"


def test_a_number_has_the_places_of_its_analyte():
    assert rules.number_of(" ＞30 ", 0, field="x", name="x") == ">30"
    with pytest.raises(Refused) as err:
        rules.number_of("3.25", 1, field="x", name="x")
    assert err.value.code == "laboratory.too_many_places"


def test_a_call_is_overdue_after_its_minutes():
    assert not rules.is_overdue(0, 600_000, 10)
    assert rules.is_overdue(0, 600_001, 10)


def test_age_counts_whole_days():
    assert rules.age_in_days(date(2024, 2, 28), date(2024, 3, 1)) == 2
    assert rules.age_in_days(None, date(2024, 3, 1)) is None
