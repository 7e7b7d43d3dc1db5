from datetime import date

import pytest

from clinic_app.modules.consultation.rules.sheets import kind_of, split


@pytest.mark.rule("RX-01")
def test_a_sheet_is_paediatric_until_the_fourteenth_birthday():
    born = date(2012, 11, 21)
    assert kind_of(born, date(2026, 11, 20), is_emergency=False, paediatric_below_years=14) == "paediatric"
    assert kind_of(born, date(2026, 11, 21), is_emergency=False, paediatric_below_years=14) == "ordinary"


@pytest.mark.rule("RX-01")
def test_born_on_a_leap_day_fourteen_years_are_completed_on_the_first_of_march():
    born = date(2012, 2, 29)
    assert kind_of(born, date(2026, 2, 28), is_emergency=False, paediatric_below_years=14) == "paediatric"
    assert kind_of(born, date(2026, 3, 1), is_emergency=False, paediatric_below_years=14) == "ordinary"


@pytest.mark.rule("RX-02")
def test_emergency_comes_before_paediatric():
    assert kind_of(date(2020, 1, 1), date(2026, 1, 1), is_emergency=True, paediatric_below_years=14) == "emergency"


def test_an_unknown_birth_date_makes_an_ordinary_sheet():
    assert kind_of(None, date(2026, 1, 1), is_emergency=False, paediatric_below_years=14) == "ordinary"


@pytest.mark.rule("RX-04")
@pytest.mark.parametrize(("count", "parts"), [(1, [1]), (5, [5]), (6, [5, 1]), (11, [5, 5, 1])])
def test_a_sheet_holds_five_drugs(count, parts):
    lines = list(range(count))
    assert [len(part) for part in split(lines, 5)] == parts
    assert [line for part in split(lines, 5) for line in part] == lines
