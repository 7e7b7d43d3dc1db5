import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.search import normal
from clinic_app.modules.patients.rules.names import LONGEST_NAME, person_name


def _refusal(text):
    with pytest.raises(Refused) as refused:
        person_name(text)
    assert refused.value.field == "name"
    return refused.value


@pytest.mark.rule("ID-16")
@pytest.mark.parametrize(
    "name",
    [
        "张三丰", "古丽·阿不都", "古丽•阿不都", "古丽．阿不都", "𠮷野", "㛃娥", "\ue863某", "\U000323b0", "བསོད་ནམས།",
        "ئايگۈل",
        "Maria O'Neill-Li", "<script>alert(1)</script>", "Robert'); DROP TABLE patient;--", "阿" * 50, "邉\U000e0101",
        "无名氏-20240305-01",
    ],
)  # fmt: skip
def test_keeps_a_name_as_it_is(name):
    assert person_name(f" {name}　") == name


@pytest.mark.parametrize("text", ["", "   ", "　\t\n"])
def test_asks_for_a_name(text):
    assert _refusal(text).code == "patients.name_missing"


def test_says_how_long_a_name_may_be():
    assert person_name("阿" * LONGEST_NAME) == "阿" * LONGEST_NAME
    assert _refusal("阿" * 2**20).facts == {"have": 2**20, "most": 100}


@pytest.mark.parametrize(
    "sign", ["\x00", "\n", "\x1b", "\u202e", "\u200b", "\ufeff", "\ud800", "\u2028", "\uffff", "\ufdd0"]
)
def test_refuses_signs_that_nobody_sees_and_names_the_place(sign):
    refusal = _refusal(f"张{sign}三")
    assert (refusal.code, refusal.facts["position"]) == ("patients.name_unseen_sign", 2)
    assert refusal.facts["shown"].isprintable()


def test_a_name_of_marks_alone_that_no_search_would_find_is_refused():
    assert _refusal("\ufe0f\U000e0101").code == "patients.name_unseen_sign"


@given(st.text(max_size=120) | st.text("\ufe0f\U000e0101 ·阿", max_size=4))
def test_any_text_is_a_name_kept_or_a_refusal(text):
    try:
        assert person_name(text) == text.strip() and normal(text)
    except Refused as refused:
        assert refused.code.startswith("patients.name_")
