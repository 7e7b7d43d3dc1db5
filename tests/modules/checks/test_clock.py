"""Confirming date and time when the clock is in doubt."""

from collections.abc import Callable, Iterator

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import SystemTime, clock, local_text
from clinic_app.kernel.errors import Refused
from clinic_app.modules.checks import services
from sync.wire.hybrid_clock import wall_of
from tests.conftest import Browser, Clinic

Browsers = Callable[..., Browser]
DAY = 24 * 3600 * 1000


class Shifted(SystemTime):
    """A PC whose date is wrong by some days."""

    def __init__(self, days: int):
        self.ms = days * DAY

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ms


@pytest.fixture
def doubt(clinic: Clinic) -> Iterator[None]:
    """The PC's battery was empty: it says three years ago."""
    clock.start(clock.newest, Shifted(-1000))
    assert clock.in_doubt
    yield


def newest_ms() -> int:
    return wall_of(clock.newest)


def confirm(clinic: Clinic, typed: str, again: str = "") -> None:
    clinic.run(clinic.actor("manager"), lambda uow: services.confirm_clock(uow, typed, again))


def test_a_confirmed_time_ends_the_doubt_and_is_audited(clinic: Clinic, doubt: None) -> None:
    now = local_text(newest_ms() + 120_000)
    confirm(clinic, now)
    assert not clock.in_doubt and local_text(clock.read().at) == now
    action, state, detail = db.row("SELECT action, clock_state, detail FROM audit ORDER BY seq DESC LIMIT 1")
    assert (action, state) == ("checks.confirm_clock", "wrong") and now in detail


def test_the_minute_of_the_newest_row_is_good(clinic: Clinic, doubt: None) -> None:
    confirm(clinic, local_text(newest_ms()))
    assert not clock.in_doubt


def test_a_time_before_the_newest_row_is_refused_and_changes_nothing(clinic: Clinic, doubt: None) -> None:
    rows = db.value("SELECT count(*) FROM audit")
    with pytest.raises(Refused) as refused:
        confirm(clinic, local_text(newest_ms() - DAY))
    assert refused.value.code == "clock.before_newest" and refused.value.field == "moment"
    assert clock.in_doubt and db.value("SELECT count(*) FROM audit") == rows


def test_a_leap_of_months_is_typed_twice(clinic: Clinic, doubt: None) -> None:
    far = local_text(newest_ms() + 245 * DAY)
    with pytest.raises(Refused) as refused:
        confirm(clinic, far)
    assert refused.value.code == "clock.far" and refused.value.field == "again"
    assert clock.in_doubt
    confirm(clinic, far, far)
    assert local_text(clock.read().at) == far


def test_a_refused_command_leaves_the_clock_in_doubt(clinic: Clinic, doubt: None) -> None:
    def fails(uow: object) -> None:
        services.confirm_clock(uow, local_text(newest_ms() + 120_000))  # type: ignore[arg-type]
        raise RuntimeError("later in the same command")

    with pytest.raises(RuntimeError):
        clinic.run(clinic.actor("manager"), fails)
    assert clock.in_doubt, "it holds from the commit on"


def test_the_page_is_reached_in_doubt_and_keeps_what_was_typed(doubt: None, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    html = browser.get("/clock").text
    assert "时间存疑" in html and 'data-key="F9"' in html
    wrong = browser.post("/clock", {"moment": "yesterday <b>"})
    assert wrong.status_code == 422 and "yesterday &lt;b&gt;" in wrong.text
    far = local_text(newest_ms() + 90 * DAY)
    asked = browser.post("/clock", {"moment": far})
    assert asked.status_code == 422 and 'name="again"' in asked.text and far in asked.text
    done = browser.post("/clock", {"moment": far, "again": far})
    assert done.status_code == 303 and not clock.in_doubt
    assert far in browser.get("/clock").text


def test_others_are_told_whom_to_call(doubt: None, browser_as: Browsers) -> None:
    browser = browser_as("cashier")
    html = browser.get("/clock").text
    assert "对时间要院长或管理员来做" in html and 'name="moment"' not in html
    assert browser.post("/clock", {"moment": local_text(newest_ms() + DAY)}).status_code == 403
    assert clock.in_doubt
