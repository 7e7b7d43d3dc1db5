"""Codes of persons, places and records: rules without a database."""

from datetime import date

import pytest

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.rules.codes import Code, sex_code, valid_on
from clinic_app.modules.patients.rules.completeness import FIELDS, Filled, completeness_percent, missing
from clinic_app.modules.patients.rules.divisions import parse_village_code
from clinic_app.modules.patients.rules.guardians import needs_guardian
from clinic_app.modules.patients.rules.health_record import check_part, next_number, parse_health_record
from clinic_app.modules.patients.rules.newborns import birth_orders, check_weights, infant_age, newborn_name

DAY = date(2024, 3, 5)


@pytest.fixture(autouse=True)
def in_chinese():
    i18n.use("zh-CN")


def code_of(refused, *args, **kwargs):
    with pytest.raises(Refused) as err:
        refused(*args, **kwargs)
    return err.value.code


@pytest.mark.rule("ID-08")
def test_a_newborn_is_called_after_the_mother():
    assert [newborn_name("陈桂英", sex) for sex in "120"] == ["陈桂英之子", "陈桂英之女", "陈桂英之婴"]
    assert len(newborn_name("阿" * 100, "1")) == 100


@pytest.mark.rule("ID-08")
def test_twins_are_born_first_and_second_and_a_later_one_third():
    assert birth_orders(2) == (1, 2) and birth_orders(1, 2) == (3,) and birth_orders(9) == tuple(range(1, 10))
    assert (
        code_of(birth_orders, 0) == code_of(birth_orders, 10) == code_of(birth_orders, 1, 9) == "patients.birth_count"
    )


@pytest.mark.rule("ID-11")
def test_the_age_of_an_infant_is_written_in_thirtieths_and_both_weights_are_demanded():
    age = infant_age(date(2024, 3, 5), date(2024, 3, 20))
    assert (age.text, age.needs_weights) == ("15/30", True)
    assert (
        code_of(check_weights, age, 3200, None) == code_of(check_weights, age, None, 3200) == "patients.newborn_weight"
    )
    check_weights(age, 3200, 3150)


@pytest.mark.rule("ID-11")
def test_the_day_of_birth_is_day_nought_and_day_28_is_the_last_of_a_newborn():
    born = date(2024, 3, 5)
    assert infant_age(born, born).text == "0/30"
    assert infant_age(born, date(2024, 4, 2)).needs_weights and not infant_age(born, date(2024, 4, 3)).needs_weights
    check_weights(infant_age(born, date(2024, 4, 3)), None, None)


@pytest.mark.rule("ID-11")
def test_months_come_before_the_fraction_and_a_year_ends_it():
    assert infant_age(date(2023, 11, 10), DAY).text == "3 24/30"
    assert infant_age(date(2023, 12, 5), DAY).text == "3"
    assert infant_age(date(2023, 3, 6), DAY) is not None and infant_age(date(2023, 3, 5), DAY) is None


@pytest.mark.rule("ID-11")
def test_weights_are_given_to_ten_grams():
    age = infant_age(DAY, DAY)
    for wrong in (3205, 0, -10):
        assert code_of(check_weights, age, wrong, 3200) == "patients.newborn_weight_step"
    check_weights(age, 10, 3210)


@pytest.mark.rule("ID-12")
@pytest.mark.parametrize(
    ("typed", "code"),
    [("女", "2"), ("男性", "1"), ("ｆ", "2"), (" M ", "1"), ("", "0"), ("未知", "0"), ("未说明", "9"), ("9", "9")],
)
def test_the_sex_of_an_import_becomes_its_code(typed, code):
    assert sex_code(typed) == code


@pytest.mark.rule("ID-12")
def test_a_sex_nobody_knows_is_refused_and_never_guessed():
    for typed in ("3", "雄", "女男"):
        assert code_of(sex_code, typed) == "patients.sex_unknown_code"


@pytest.mark.rule("ID-12")
def test_marital_and_blood_codes_are_those_of_the_guide():
    of = {name: [one.code for one in queries.codes(name, DAY)] for name in ("marital", "abo", "rh")}
    assert of == {
        "marital": ["10", "20", "21", "22", "23", "30", "40", "90"],
        "abo": list("123456"),
        "rh": list("1234"),
    }
    assert (queries.code_name("abo", "4"), queries.code_name("rh", "1")) == ("AB 型", "阴性")


@pytest.mark.rule("ID-13")
def test_there_are_56_peoples_and_two_more_and_04_is_tibetan():
    codes = [one.code for one in queries.codes("ethnicity", DAY)]
    assert codes == [*(f"{number:02d}" for number in range(1, 57)), "97", "98"]
    assert queries.code_name("ethnicity", "04", in_source=True) == "藏族"
    assert len({one.name for one in queries.codes("ethnicity", DAY)}) == 58


def test_every_row_of_a_code_list_says_where_it_comes_from_and_none_claims_to_be_reviewed():
    for name in ("ethnicity", "marital", "occupation", "abo", "rh", "relation", "alias", "consent", "purpose"):
        for one in queries.codes(name, DAY):
            assert one.source and one.name_en and not one.is_reviewed


def test_a_code_holds_on_its_first_and_last_day_and_not_before_or_after():
    one = Code("1", "甲", "A", "2024-03-05", "2024-03-06", "test", False)
    held = [bool(valid_on([one], date(2024, 3, day))) for day in (4, 5, 6, 7)]
    assert held == [False, True, True, False]


@pytest.mark.rule("ID-14")
def test_a_village_code_is_county_township_and_village():
    found = parse_village_code("620499101203")
    assert (found.county, found.town, found.village, found.kind) == ("620499", "101", "203", "village")
    assert parse_village_code(" ６２０４９９ 101 203 ") == found


@pytest.mark.rule("ID-14")
def test_villages_run_from_200_to_399_and_neighbourhoods_from_001_to_199():
    kinds = [parse_village_code(f"620499101{part}").kind for part in ("000", "001", "199", "200", "399", "400")]
    assert kinds == ["other", "neighbourhood", "neighbourhood", "village", "village", "other"]
    for wrong in ("62049910120", "6204991012033", "62049910120a", ""):
        assert code_of(parse_village_code, wrong) == "patients.village_code"


@pytest.mark.rule("ID-15")
def test_the_number_after_serial_16_of_village_part_103_is_17():
    assert str(next_number("620499101", "103", 16)) == "62049910110300017"
    assert str(next_number("620499101", "103", 99_998)) == "62049910110399999"
    assert code_of(next_number, "620499101", "103", 99_999) == "patients.village_full"


@pytest.mark.rule("ID-15")
def test_a_number_from_paper_is_read_in_its_parts():
    found = parse_health_record("620499101 103 00016")
    assert (found.area, found.part, found.serial, str(found)) == ("620499101", "103", 16, "62049910110300016")
    for wrong in ("6204991011030001", "620499101103000160", "62049910110300000", "6204991011030001X"):
        assert code_of(parse_health_record, wrong) == "patients.health_record_form"


@pytest.mark.rule("ID-15")
def test_the_village_part_of_a_record_number_is_not_that_of_the_statistics_code():
    assert [check_part(part) for part in ("001", "099", "101", "199", "901", "999")]
    for wrong in ("000", "100", "200", "203", "900", "1", "1011", "abc"):
        assert code_of(check_part, wrong) == "patients.record_part"


def test_a_guardian_is_needed_until_the_day_before_the_14th_birthday():
    assert needs_guardian(13, under_years=14) and not needs_guardian(14, under_years=14)
    assert not needs_guardian(None, under_years=14)


def test_what_lacks_is_told_in_the_order_of_the_form_and_counted_in_percent():
    full = Filled(frozenset(FIELDS), False, False)
    none = Filled(frozenset(), False, False)
    assert missing(full) == () and missing(none) == FIELDS
    child = Filled(frozenset(FIELDS) - {"marital", "occupation", "workplace", "phone"}, True, False)
    assert missing(child) == ("phone", "guardian")
    assert completeness_percent([full, none]) == 50 and completeness_percent([child]) == 80
    assert completeness_percent([]) is None
