"""Short forms of the faults of the write-ahead log, each beside the wrong twin that must be found out."""

import functools
from typing import Any

import pytest
from peewee import OperationalError

from clinic_app.kernel import db, maintenance
from tests.faults import log_faults


def test_damage_in_the_middle_of_the_log_is_named_and_the_part_before_it_can_be_read() -> None:
    said, bad = log_faults.damaged_log(25, 1)
    assert bad == 0, said


def test_a_start_that_does_not_look_at_the_log_is_found_out() -> None:
    assert log_faults.damaged_log(5, 1, is_looked_at=False)[1] == 5


@pytest.fixture
def small_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sixteenth of the product's; the reader is ended after a moment."""
    monkeypatch.setattr(maintenance, "ALARM_BYTES", maintenance.ALARM_BYTES >> 4)
    monkeypatch.setattr(maintenance, "CHECKPOINT_BYTES", maintenance.CHECKPOINT_BYTES >> 4)
    monkeypatch.setattr(maintenance, "LONGEST_READ_SECONDS", 0.3)
    monkeypatch.setattr(maintenance, "EVERY_SECONDS", 0.05)


def test_a_reader_that_does_not_end_is_ended_and_the_log_stays_short(small_alarms: None) -> None:
    said, bad = log_faults.stuck_reader(4, 1)
    assert bad == 0, said


def test_a_reader_that_nobody_ends_is_found_out(small_alarms: None) -> None:
    assert log_faults.stuck_reader(10, 1, is_ended=False)[1] > 0


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_who_was_ended_reads_a_sentence(app: Any, monkeypatch: pytest.MonkeyPatch, is_wrapped: bool) -> None:
    endpoint = app.url_map.bind("localhost").match("/sign-in", method="GET")[0]

    @functools.wraps(app.view_functions[endpoint])
    def broken_off(**_given: object) -> object:
        err: Exception = db.Interrupted("interrupted")
        if is_wrapped:
            wrapped = OperationalError("interrupted")
            wrapped.orig = err  # as peewee does
            err = wrapped
        raise err

    monkeypatch.setitem(app.view_functions, endpoint, broken_off)
    answer = app.test_client().get("/sign-in")
    assert answer.status_code == 503 and "缩小范围再查一次" in answer.text
