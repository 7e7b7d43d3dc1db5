from datetime import date

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.modules.stock.rules import days_left, is_usable, parse_expiry


@pytest.mark.rule("PH-04")
def test_a_month_means_its_last_day():
    expires_on = parse_expiry("2024-06")
    assert expires_on == date(2024, 6, 30)
    assert is_usable(expires_on, date(2024, 6, 30))
    assert not is_usable(expires_on, date(2024, 7, 1))


@pytest.mark.parametrize(
    ("text", "expires_on"),
    [
        ("202402", "2024-02-29"), ("2023.2", "2023-02-28"), ("2026/12", "2026-12-31"), ("2026年5月", "2026-05-31"),
        ("2026。05", "2026-05-31"), ("２０２６－０５", "2026-05-31"), (" 2026 - 05 ", "2026-05-31"),
        ("2026-05-15", "2026-05-15"), ("20260515", "2026-05-15"), ("2026年5月15日", "2026-05-15"),
    ],
)  # fmt: skip
def test_reads_the_date_as_it_is_printed(text, expires_on):
    assert parse_expiry(text) == date.fromisoformat(expires_on)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"), ("2026", "unreadable"), ("06-2026", "unreadable"), ("26.6", "unreadable"),
        ("三年", "unreadable"),
        ("2026-05-", "unreadable"), ("2" * 2**20, "unreadable"), ("2026-05\x00", "unreadable"), ("2026-13", "not_real"),
        ("202600", "not_real"), ("2026-06-31", "not_real"), ("20260631", "not_real"), ("0000-01", "not_real"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_expiry_date(text, code):
    with pytest.raises(Refused) as refused:
        parse_expiry(text)
    assert (refused.value.code, refused.value.field) == (f"stock.expiry_{code}", "expires_on")
    assert len(refused.value.facts["value"]) <= 21


@pytest.mark.rule("PH-06")
def test_days_left_are_counted_to_the_last_day():
    assert days_left(date(2024, 6, 30), date(2024, 3, 5)) == 117
    assert days_left(date(2024, 2, 29), date(2024, 3, 5)) == -5
