"""How a moment is typed, and which are believed."""

from datetime import datetime

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.checks import rules

DAY = 24 * 3600 * 1000


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-20 14:05", "20261120 1405", "２０２６-１１-２０　１４：０５", "2026/11/20 14:05", "2026.11.20 14:05",
        "2026年11月20日14点05分", " 2026-11-20T14:05 ", "202611201405",
    ],
)  # fmt: skip
def test_a_moment_is_read_as_people_write_it(typed: str) -> None:
    assert rules.parse_moment(typed) == datetime(2026, 11, 20, 14, 5)


@pytest.mark.parametrize(
    "typed",
    ["", "now", "2026-11-20", "14:05", "2026-02-30 10:00", "2026-13-01 10:00", "2026-11-20 24:00", "1999-11-20 14:05",
     "2026-11-20 14:05:33:1", "-2026-11-20 14:05", "\x00", "9" * 1000],
)  # fmt: skip
def test_anything_else_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.parse_moment(typed)
    assert refused.value.code == "clock.unreadable" and refused.value.field == "moment"
    assert len(refused.value.facts["value"]) <= 21


def test_a_typed_minute_is_not_before_a_row_of_that_minute() -> None:
    assert rules.true_moment(60_000, 95_000) == 95_000
    assert rules.true_moment(60_000, 130_000) == 60_000
    assert rules.true_moment(60_000, 0) == 60_000


def test_a_long_leap_is_typed_twice() -> None:
    newest = 1000 * DAY
    rules.check_believable(newest + 31 * DAY, newest, most_days=31, again="", typed="x")
    with pytest.raises(Refused) as refused:
        rules.check_believable(newest + 40 * DAY, newest, most_days=31, again="y", typed="x")
    assert refused.value.code == "clock.far" and refused.value.facts["days"] == 40
    rules.check_believable(newest + 40 * DAY, newest, most_days=31, again=" x ", typed="x")
    rules.check_believable(newest, 0, most_days=31, again="", typed="x")
