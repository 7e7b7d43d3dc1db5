"""Typed days: every way people write them means one day, and what is none is told."""

from datetime import date

import pytest

from clinic_app.kernel.dates import typed_day
from clinic_app.kernel.errors import Refused

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20261120", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026年11月20日", date(2026, 11, 20)),
        ("26.3.18", date(2026, 3, 18)),
        ("260318", date(2026, 3, 18)),
        ("1120", date(2026, 11, 20)),
        ("３.１８", date(2026, 3, 18)),
        ("-1", date(2026, 11, 21)),
        ("+30", date(2026, 12, 22)),
        ("0", TODAY),
        ("20280229", date(2028, 2, 29)),
    ],
)
def test_a_day_is_read_as_it_is_typed(text: str, day: date) -> None:
    assert typed_day(text, TODAY, field="day") == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date.unreadable"),
        ("tomorrow", "date.unreadable"),
        ("1" * 5000, "date.unreadable"),
        ("2026", "date.not_real"),
        ("20260230", "date.not_real"),
        ("00000101", "date.not_real"),
        ("00010101", "date.not_real"),
        ("18991231", "date.not_real"),
        ("99991231", "date.not_real"),
        ("-99999", "date.unreadable"),
    ],
)
def test_what_is_no_day_is_told_at_its_field(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        typed_day(text, TODAY, field="day")
    assert (refused.value.code, refused.value.field) == (code, "day")
