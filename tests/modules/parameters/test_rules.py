"""What may be entered for a parameter, and from which day."""

from datetime import date

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.parameters import rules

DAYS = Parameter("test.days", 7, "test", lowest=1, highest=90)
SWITCH = Parameter("test.switch", True, "test")
RANGE = Parameter("test.range", "30-45", "test", pattern=r"[0-9]+-[0-9]+")
PLACE = Parameter("test.place", "P1", "test")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [(DAYS, "1", 1), (DAYS, "９０", 90), (SWITCH, "0", False), (SWITCH, "1", True), (RANGE, " 28-43 ", "28-43"),
     (PLACE, "药库", "药库")],
)  # fmt: skip
def test_a_value_of_its_form_is_taken(parameter: Parameter, text: str, value: object) -> None:
    assert rules.entered(parameter, text) == value


@pytest.mark.parametrize(
    ("parameter", "text", "code"),
    [
        (DAYS, "0", "parameter.out_of_range"),
        (DAYS, "91", "parameter.out_of_range"),
        (DAYS, "7.5", "parameters.not_whole"),
        (DAYS, "", "parameters.not_whole"),
        (DAYS, "9" * 400, "parameters.not_whole"),
        (SWITCH, "yes", "parameters.not_yes_or_no"),
        (RANGE, "45", "parameters.text_form"),
        (RANGE, "1-2\x00", "parameters.text_form"),
        (PLACE, "  ", "parameters.text_missing"),
        (PLACE, "x" * 301, "parameters.text_form"),
    ],
)
def test_anything_else_is_told_at_the_value(parameter: Parameter, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.entered(parameter, text)
    assert (refused.value.code, refused.value.field) == (code, "value")


def test_a_value_holds_from_today_or_later_never_from_the_past() -> None:
    assert rules.first_day(None, TODAY) == TODAY
    assert rules.first_day(date(2026, 12, 1), TODAY) == date(2026, 12, 1)
    with pytest.raises(Refused, match=r"parameters\.past_day"):
        rules.first_day(date(2026, 11, 21), TODAY)


@pytest.mark.parametrize(
    ("text", "code"), [("", "reason_missing"), ("x", "reason_missing"), ("字" * 101, "reason_long")]
)
def test_a_reason_says_something(text: str, code: str) -> None:
    with pytest.raises(Refused, match=f"parameters.{code}"):
        rules.reason(text)
