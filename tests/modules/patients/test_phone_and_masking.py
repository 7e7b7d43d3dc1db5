import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients.rules.masking import mask_identity_number, mask_name, mask_phone
from clinic_app.modules.patients.rules.phone import parse_phone


def _refusal(text):
    with pytest.raises(Refused) as refused:
        parse_phone(text)
    assert refused.value.field == "phone"
    return refused.value


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13800000001", "13800000001"), ("138 0000 0001", "13800000001"), ("138-0000-0001", "13800000001"),
        ("１３８０００００００１", "13800000001"), ("+86 13800000001", "13800000001"),
        ("008613800000001", "13800000001"),
        ("8613800000001", "13800000001"), ("0931-1234567", "09311234567"), ("(0931) 12345678", "093112345678"),
        ("010 12345678", "01012345678"),
    ],
)  # fmt: skip
def test_reads_a_phone_number_as_people_type_it(text, digits):
    assert parse_phone(text) == digits


@pytest.mark.parametrize(
    ("text", "have"), [("1380000000", 10), ("138000000012", 12), ("", 0), ("1234567", 7), ("86138", 5)]
)
def test_says_how_many_digits_there_are_and_how_many_it_needs(text, have):
    refusal = _refusal(text)
    assert (refusal.code, refusal.facts) == ("patients.phone_length", {"have": have, "need": 11})


@pytest.mark.parametrize("text", ["1380000000O", "手机没带", "138\x0000000001", "1" * 2**20, "٣" * 11])
def test_refuses_other_characters_than_digits(text):
    refusal = _refusal(text)
    assert refusal.code == "patients.phone_characters"
    assert len(refusal.facts["value"]) <= 21


def test_refuses_eleven_digits_that_are_no_mobile():
    assert _refusal("23800000001").code == "patients.phone_start"


@pytest.mark.rule("PR-03")
def test_lists_show_exactly_this():
    assert mask_name("张三丰") == "张**"
    assert mask_identity_number("620499198503120019") == "620499********0019"
    assert mask_phone("13800000001") == "138****0001"


@pytest.mark.rule("PR-03")
@pytest.mark.parametrize(
    ("number", "shown"),
    [("E12345678", "E******78"), ("620499850312002", "620499*****2002"), ("A123", "****"), ("", "")]
)
def test_short_numbers_are_hidden_too(number, shown):
    assert mask_identity_number(number) == shown


@pytest.mark.rule("PR-03")
@given(st.text("0123456789X", min_size=1, max_size=30))
def test_masks_keep_the_length_and_hide_at_least_three_places(text):
    for mask in (mask_identity_number, mask_phone):
        shown = mask(text)
        assert len(shown) == len(text)
        assert shown.count("*") >= min(3, len(text))


@pytest.mark.rule("PR-03")
def test_a_long_name_shows_its_first_character_only():
    assert mask_name("古丽·阿不都") == "古*****"
    assert mask_name("张") == "张"
    assert mask_name("") == ""
