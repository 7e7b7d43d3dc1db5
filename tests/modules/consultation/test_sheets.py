from dataclasses import dataclass

import pytest

from clinic_app.modules.consultation.rules.sheets import class_of, kind_of, parts


@pytest.mark.rule("RX-01")
def test_a_sheet_is_paediatric_until_the_fourteenth_birthday():
    assert kind_of(13, is_emergency=False, paediatric_below_years=14) == "paediatric"
    assert kind_of(14, is_emergency=False, paediatric_below_years=14) == "ordinary"


@pytest.mark.rule("RX-02")
def test_emergency_comes_before_paediatric():
    assert kind_of(6, is_emergency=True, paediatric_below_years=14) == "emergency"


def test_an_unknown_age_makes_an_ordinary_sheet():
    assert kind_of(None, is_emergency=False, paediatric_below_years=14) == "ordinary"


@dataclass
class Row:
    name: int
    sheet_class: str = ""
    is_long_term: bool = False
    group_no: int | None = None


def spread(rows: list[Row], most: int = 5) -> list[tuple[str, bool, list[int]]]:
    return [(part.sheet_class, part.is_long_term, [row.name for row in part.lines]) for part in parts(rows, most)]


@pytest.mark.rule("RX-04")
@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (5, [5]), (6, [5, 1]), (11, [5, 5, 1])])
def test_at_most_five_drugs_stand_on_a_sheet_in_their_order(count, sizes):
    rows = [Row(number) for number in range(count)]
    made = spread(rows)
    assert [len(names) for *_, names in made] == sizes
    assert [name for *_, names in made for name in names] == list(range(count))


@pytest.mark.rule("RX-04")
def test_fourteen_herbs_stand_together_beside_the_other_drugs():
    rows = [Row(number, "herbal") for number in range(14)] + [Row(14)]
    assert spread(rows) == [("", False, [14]), ("herbal", False, list(range(14)))]


@pytest.mark.rule("RX-02")
def test_each_special_class_has_its_own_sheet_the_stronger_first():
    rows = [Row(1), Row(2, "psychotropic_2"), Row(3, "narcotic"), Row(4, "psychotropic_2"), Row(5, "toxic")]
    made = [("narcotic", False, [3]), ("psychotropic_2", False, [2, 4]), ("toxic", False, [5]), ("", False, [1])]
    assert spread(rows) == made


@pytest.mark.rule("RX-06")
def test_long_term_rows_stand_apart():
    rows = [Row(1, is_long_term=True), Row(2), Row(3, is_long_term=True)]
    assert spread(rows) == [("", False, [2]), ("", True, [1, 3])]


@pytest.mark.rule("RX-01")
@pytest.mark.parametrize("kind", ["narcotic", "psychotropic_1", "psychotropic_2", "toxic"])
def test_a_controlled_class_is_the_kind_of_its_sheet(kind):
    assert class_of(kind, is_herbal=False) == kind
    assert class_of(None, is_herbal=True) == "herbal"
    assert class_of(None, is_herbal=False) == ""


@pytest.mark.rule("IN-01")
def test_a_bottle_is_not_torn_apart_by_the_sheet_that_is_full():
    rows = [Row(1), Row(2), Row(3), Row(4), Row(5, group_no=1), Row(6, group_no=1), Row(7)]
    assert [names for _class, _long, names in spread(rows)] == [[1, 2, 3, 4], [5, 6, 7]]


@pytest.mark.rule("IN-01")
def test_a_bottle_stands_on_the_sheet_of_its_strongest_drug():
    rows = [Row(1, group_no=1), Row(2, "psychotropic_2", group_no=1), Row(3)]
    assert [(kind, names) for kind, _long, names in spread(rows)] == [("psychotropic_2", [1, 2]), ("", [3])]


def test_a_bottle_larger_than_a_sheet_goes_over_several():
    assert [len(names) for _class, _long, names in spread([Row(one, group_no=1) for one in range(7)])] == [5, 2]
