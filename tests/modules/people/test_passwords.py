"""Which passwords and PINs are taken, and how they are stored."""

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import rules
from clinic_app.modules.people.services import hashing


def check(password: str) -> None:
    rules.check_password(password, staff_no="0042", clinic_name="青溪镇中心卫生院", words={"QX01", "qxzzxwsy"})


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("a7k2m", "people.password_short"),
        ("", "people.password_short"),
        ("x" * 300, "people.password_long"),
        ("Password123", "people.password_common"),
        ("12345678", "people.password_common"),
        ("987654321", "people.password_common"),
        ("aaaabbbb", "people.password_common"),
        ("qingxi-2026", "people.password_practice"),
        ("rain0042wind", "people.password_has_word"),
        ("hello QXZZXWSY", "people.password_has_word"),
        ("我在青溪镇中心卫生院上班", "people.password_has_word"),
    ],
)
def test_refuses_a_weak_password(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check(password)
    assert refused.value.code == code
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["河边三棵老柳树", "correct horse", "tea-9-cups", "        7 spaces"])
def test_takes_a_long_simple_password_if_it_has_eight_characters(password: str) -> None:
    check(password + "!")


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "12a456", "", "１２３４５", "123456", "654321", "111111", "121212"]
)
def test_refuses_a_pin_that_is_no_six_digits_or_easy_to_guess(pin: str) -> None:
    with pytest.raises(Refused):
        rules.refuse_weak_pin(pin)


def test_takes_a_pin_typed_in_full_width() -> None:
    rules.refuse_weak_pin("１３５２４６")


def test_a_password_typed_with_the_input_method_on_is_the_same_password() -> None:
    assert hashing.matches(hashing.hashed("tea-9-cups"), "ｔｅａ－９－ｃｕｐｓ")


def test_stores_argon2id_with_nineteen_mebibytes_and_two_rounds() -> None:
    stored = hashing.hashed("tea-9-cups")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashing.matches(stored, "tea-9-cups")
    assert not hashing.matches(stored, "tea-9-cup")
    assert hashing.hashed("tea-9-cups") != stored


def test_nothing_matches_when_nothing_is_stored() -> None:
    assert not hashing.matches(None, "nobody has this")
    assert not hashing.matches(None, "")


def test_the_pause_grows_from_the_sixth_try_to_a_minute() -> None:
    pauses = [rules.pause_seconds(count, 5, 60) for count in (0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 10_000)]
    assert pauses == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_code_is_read_in_any_case_with_or_without_its_dash() -> None:
    assert rules.typed_code(" abcd-efgh ") == rules.typed_code("ＡＢＣＤ　EFGH") == "ABCDEFGH"
