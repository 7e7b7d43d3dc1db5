from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients.rules.dates import parse_birth_date

TODAY = date(2026, 11, 21)


def _refusal(text):
    with pytest.raises(Refused) as refused:
        parse_birth_date(text, TODAY)
    assert refused.value.field == "born_on"
    return refused.value


@pytest.mark.parametrize(
    ("text", "born_on"),
    [
        ("19651120", "1965-11-20"), ("1965-11-20", "1965-11-20"), ("1965.11.20", "1965-11-20"),
        ("1965/1/2", "1965-01-02"),
        ("1965年11月20日", "1965-11-20"), ("１９６５－１１－２０", "1965-11-20"), (" 1965 - 11 - 20 ", "1965-11-20"),
        ("65.3.18", "1965-03-18"), ("65。3。18", "1965-03-18"), ("650318", "1965-03-18"), ("26.3.18", "2026-03-18"),
        ("26.11.22", "1926-11-22"), ("00.2.29", "2000-02-29"), ("1120", "2026-11-20"), ("1122", "2025-11-22"),
        ("0229", "2024-02-29"), ("3.18", "2026-03-18"), ("11-22", "2025-11-22"), ("1121", "2026-11-21"),
        ("-1", "2026-11-20"),
        ("－30", "2026-10-22"), ("-0", "2026-11-21"), ("19031120", "1903-11-20"),
    ],
)  # fmt: skip
def test_reads_a_birth_date_as_people_type_it(text, born_on):
    assert parse_birth_date(text, TODAY) == date.fromisoformat(born_on)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"), ("昨天", "unreadable"), ("65", "unreadable"), ("196511", "not_real"),
        ("1965-13-01", "not_real"), ("2025-06-31", "not_real"), ("01.2.29", "not_real"), ("0230", "not_real"),
        ("00000000", "not_real"), ("2026-11-22", "future"), ("20991231", "future"), ("1-2-3-4", "unreadable"),
        ("1965.11", "unreadable"), ("٣.٤", "unreadable"), ("1" * 2**20, "unreadable"), ("1120\x00", "unreadable"),
        ("-1000", "unreadable"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_birth_date_and_says_why(text, code):
    refusal = _refusal(text)
    assert refusal.code == f"patients.birth_date_{code}"
    assert len(refusal.facts["value"]) <= 21


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日"]))
def test_a_full_date_means_itself(born_on, form):
    assert parse_birth_date(born_on.strftime(form), TODAY) == born_on


@given(st.dates(date(1926, 11, 22), TODAY))
def test_two_digits_mean_the_latest_such_year(born_on):
    assert parse_birth_date(born_on.strftime("%y.%m.%d"), TODAY) == born_on


def test_a_year_alone_asks_for_the_day():
    assert _refusal("1965").code == "patients.birth_year_only"
