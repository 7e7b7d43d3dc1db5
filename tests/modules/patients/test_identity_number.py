from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients.rules.identity_number import (
    DOCUMENT_KINDS,
    check_digit,
    difference_notices,
    document_number,
    parse_identity_number,
)

TODAY = date(2024, 3, 5)


def _refusal(text, today=TODAY):
    with pytest.raises(Refused) as refused:
        parse_identity_number(text, today, field="identity_number")
    assert refused.value.field == "identity_number"
    return refused.value


@pytest.mark.rule("ID-01")
def test_stores_a_lower_case_x_normalised_with_birth_date_and_sex():
    found = parse_identity_number("11010519491231002x", TODAY)
    assert (found.number, found.born_on, found.sex) == ("11010519491231002X", date(1949, 12, 31), "2")
    assert found.original == "11010519491231002x"


@pytest.mark.rule("ID-01")
@pytest.mark.parametrize(
    "text",
    ["１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002x ", "110105　19491231002ｘ", "110105\t19491231002X"]
)
def test_accepts_full_width_digits_and_inner_spaces(text):
    assert parse_identity_number(text, TODAY).number == "11010519491231002X"


@pytest.mark.rule("ID-02")
def test_refuses_a_bad_check_digit_and_says_which_it_must_be():
    refusal = _refusal("620499198503120018")
    assert (refusal.code, refusal.facts) == ("patients.id_check_digit", {"expected": "9", "found": "8"})
    assert parse_identity_number("620499198503120019", TODAY).sex == "1"


@pytest.mark.rule("ID-03")
def test_makes_an_old_number_of_15_digits_one_of_18_and_keeps_it():
    found = parse_identity_number("620499850312002", TODAY)
    assert (found.number, found.original) == ("620499198503120027", "620499850312002")
    assert found.born_on == date(1985, 3, 12)


@pytest.mark.rule("ID-04")
def test_an_impossible_birth_date_is_told_before_the_check_digit():
    refusal = _refusal("620499202506310010")
    assert (refusal.code, refusal.facts) == ("patients.id_birth_date", {"birth": "2025-06-31"})
    assert _refusal("62049900000000001X").code == "patients.id_birth_date"


@pytest.mark.rule("ID-04")
def test_refuses_a_birth_after_today_and_takes_one_today():
    body = "62049920240306001"
    number = body + check_digit(body)
    refusal = _refusal(number)
    assert (refusal.code, refusal.facts) == ("patients.id_birth_future", {"birth": "2024-03-06"})
    assert parse_identity_number(number, date(2024, 3, 6)).born_on == date(2024, 3, 6)


@pytest.mark.rule("ID-04")
def test_an_age_over_120_only_warns():
    for born, warned in (("19030304", True), ("19040304", False)):
        body = f"620499{born}001"
        found = parse_identity_number(body + check_digit(body), TODAY)
        assert [notice.code for notice in found.warnings] == ["patients.age_over_120"] * warned
    assert parse_identity_number("62049919030304001" + check_digit("62049919030304001"), TODAY).warnings[0].facts == {
        "years": 121
    }


@pytest.mark.rule("ID-04")
def test_a_birth_date_or_sex_that_differs_is_a_notice():
    found = parse_identity_number("620499198503120019", TODAY)
    notices = difference_notices(found, date(1985, 3, 21), "2")
    assert [notice.code for notice in notices] == ["patients.id_birth_differs", "patients.id_says_male"]
    assert notices[0].facts == {"entered": "1985-03-21", "number": "1985-03-12"}
    assert difference_notices(found, date(1985, 3, 12), "1") == ()
    assert difference_notices(found, None, "0") == ()


@pytest.mark.rule("ID-05")
@pytest.mark.parametrize(
    ("prefix", "holder"),
    [
        ("810000", "hong_kong"), ("820000", "macau"), ("830000", "taiwan"), ("911123", "foreign_permanent"),
        ("620499", "resident"),
    ],
)  # fmt: skip
def test_permits_and_the_foreign_card_follow_the_same_algorithm(prefix, holder):
    body = f"{prefix}19850312001"
    assert parse_identity_number(body + check_digit(body), TODAY).holder == holder
    wrong = body + ("1" if check_digit(body) != "1" else "2")
    assert _refusal(wrong).code == "patients.id_check_digit"


@pytest.mark.rule("ID-05")
def test_a_passport_has_no_check_digit():
    assert document_number("03", " e12345678 ", TODAY) == "E12345678"
    assert [kind.code for kind in DOCUMENT_KINDS.values() if kind.is_check_tested] == ["01"]
    with pytest.raises(Refused, match=r"patients\.id_length"):
        document_number("01", "E12345678", TODAY)


@pytest.mark.parametrize("text", ["", "  ", "A\x00B", "9" * 41, "甲" * 2**20])
def test_refuses_a_document_number_that_cannot_be_written_down(text):
    with pytest.raises(Refused) as refused:
        document_number("03", text, TODAY, field="number")
    assert refused.value.code == "patients.document_number"


def test_refuses_an_unknown_kind_of_document():
    with pytest.raises(Refused, match=r"patients\.document_kind"):
        document_number("98", "E12345678", TODAY)


@pytest.mark.parametrize(("text", "have"), [("", 0), ("6204991985031200", 16), ("6" * 19, 19), ("6" * 2**20, 2**20)])
def test_says_how_many_places_there_are(text, have):
    refusal = _refusal(text)
    assert (refusal.code, refusal.facts) == ("patients.id_length", {"have": have})


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("62O499198503120019", 3, "O"), ("62049919850312001Y", 18, "Y"), ("6204991985031200X9", 17, "X"),
        ("62049985031200X", 15, "X"), ("六20499198503120019", 1, "六"), ("6204991985031200\x009", 17, "?"),
        ("６２０４９９１９８５０３１２٠٠19", 15, "٠"),
    ],
)  # fmt: skip
def test_names_the_place_of_a_wrong_character(text, position, found):
    refusal = _refusal(text)
    assert (refusal.code, refusal.facts) == ("patients.id_characters", {"position": position, "found": found})


BODIES = st.builds(
    lambda area, born, serial: f"{area}{born:%Y%m%d}{serial:03d}",
    st.integers(110000, 659999),
    st.dates(date(1904, 3, 6), TODAY),
    st.integers(0, 999),
)


@pytest.mark.rule("ID-01")
@given(BODIES, st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(body, place, shift):
    number = body + check_digit(body)
    assert parse_identity_number(number, TODAY).number == number
    value = 10 if number[place] == "X" else int(number[place])
    wrong = str((value + shift) % 10)
    if wrong != number[place]:
        with pytest.raises(Refused):
            parse_identity_number(number[:place] + wrong + number[place + 1 :], TODAY)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_refusal(text):
    try:
        assert len(parse_identity_number(text, TODAY).number) == 18
    except Refused as refused:
        assert refused.code.startswith("patients.id_")
