"""Pure rules of dispensing."""

from datetime import date

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.pharmacy import rules

MARCH_5 = date(2026, 3, 5)


@pytest.mark.rule("RX-10")
def test_a_sheet_extended_to_three_days_is_good_on_the_third_and_not_on_the_fourth() -> None:
    rules.check_valid(MARCH_5, date(2026, 3, 7), valid_days=3)
    with pytest.raises(Refused) as refused:
        rules.check_valid(MARCH_5, date(2026, 3, 8), valid_days=3)
    assert refused.value.code == "pharmacy.sheet_expired"
    assert refused.value.facts == {"signed": "2026-03-05", "until": "2026-03-07", "valid_days": 3}


@pytest.mark.rule("RX-10")
def test_a_sheet_that_nobody_extended_is_good_on_its_own_day_only() -> None:
    rules.check_valid(MARCH_5, MARCH_5, valid_days=1)
    with pytest.raises(Refused):
        rules.check_valid(MARCH_5, date(2026, 3, 6), valid_days=1)


@pytest.mark.rule("PH-15")
def test_shelves_are_walked_in_their_order() -> None:
    shelves = ["冰箱-2", "B-01-1", "A-03-2", "", "A-01-4", "A-10-1"]
    assert sorted(shelves, key=rules.shelf_order) == ["A-01-4", "A-03-2", "A-10-1", "B-01-1", "冰箱-2", ""]
    assert rules.shelf_order("A-1-9") < rules.shelf_order("A-1-10")


@pytest.mark.rule("PH-04")
def test_a_batch_is_used_through_its_last_day() -> None:
    last_day = rules.Part("b", MARCH_5, 10)
    assert rules.expired_parts([last_day], MARCH_5) == []
    assert rules.expired_parts([last_day], date(2026, 3, 6)) == [last_day]


def test_unticked_lines_are_named_in_their_order() -> None:
    assert rules.unchecked([b"a", b"b", b"c"], {b"b"}) == [b"a", b"c"]
    with pytest.raises(ValueError, match="not on the sheet"):
        rules.unchecked([b"a"], {b"z"})


def test_batches_that_fall_short_are_not_whole() -> None:
    parts = [rules.Part("b", MARCH_5, 6), rules.Part("c", MARCH_5, 6)]
    assert rules.is_whole(parts, 12)
    assert not rules.is_whole(parts, 13)


@pytest.mark.parametrize(
    ("dose", "strength", "unit", "count"),
    [
        ("0.5 g", "0.25", "g", "2"),
        ("250mg", "0.5", "g", "0.5"),
        ("0.1 g", "0.3", "g", ""),
        ("2片", "1", "片", ""),
        ("10 ml", "0.25", "g", ""),
        ("see label", "0.25", "g", ""),
        ("1 g", "0", "g", ""),
        ("75 mg", "100", "mg", "0.75"),
    ],
)
def test_a_measured_dose_is_told_in_units_where_it_is_a_simple_count(
    dose: str, strength: str, unit: str, count: str
) -> None:
    assert rules.units_per_dose(dose, strength, unit) == count


def test_a_shelf_code_with_a_raised_digit_is_sorted_like_any_other() -> None:
    assert sorted(["A1²", "A1", "②"], key=rules.shelf_order) == ["A1", "A1²", "②"]
