"""What a process remembers of the database: never older than the last change, never of a command that was undone."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import db, parameters, sessions
from clinic_app.kernel.clock import SystemTime, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.kernel.conftest import CASHIER, COLLEAGUE

DAY = date(2026, 3, 6)


@pytest.fixture
def step(open_data: Path) -> Callable[[], Any]:
    """A declared parameter of value 1; returns its value."""
    parameters.declare(Parameter("test.step", 1, "test", lowest=1, highest=100))
    with db.write_transaction() as conn:
        parameters.seed(conn)
    return lambda: parameters.value("test.step", DAY)


def change(new: int) -> None:
    with unit_of_work(CASHIER) as uow:
        parameters.change(uow, "test.step", new, DAY, "test")
        uow.audit("parameter.changed")


def in_thread(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(10)


def test_parameters_read_before_a_change_are_not_kept_after_it(
    step: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = db.rows

    def slow(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        found = read(sql, params)
        monkeypatch.setattr(db, "rows", read)
        in_thread(lambda: change(10))
        return found

    monkeypatch.setattr(db, "rows", slow)
    assert step() == 1, "it was read before the change"
    assert step() == 10


def test_a_parameter_changed_by_a_command_that_is_undone_is_not_remembered(step: Callable[[], Any]) -> None:
    with pytest.raises(Refused), unit_of_work(CASHIER) as uow:
        parameters.change(uow, "test.step", 10, DAY, "test")
        assert step() == 10, "the command sees its own change"
        raise Refused("test.undone")
    assert step() == 1


def test_a_session_that_ends_while_it_is_looked_up_is_not_revived(
    open_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _made = sessions.start(language="en", person_id=CASHIER.person_id)
    sessions.forget_all()
    read, threads = db.row, []

    def end() -> None:
        with unit_of_work(CASHIER, quiet=True) as uow:
            sessions.end_all_of(uow, CASHIER.person_id)

    def slow(sql: str, params: Any = ()) -> Any:
        found = read(sql, params)
        monkeypatch.setattr(db, "row", read)
        threads.append(threading.Thread(target=end))
        threads[0].start()
        threads[0].join(0.5)
        return found

    monkeypatch.setattr(db, "row", slow)
    sessions.find(token)
    threads[0].join(10)
    assert sessions.find(token) is None


def test_all_sessions_of_a_person_end_with_the_command_and_live_on_when_it_is_undone(open_data: Path) -> None:
    token, made = sessions.start(language="en", person_id=CASHIER.person_id)
    other, _ = sessions.start(language="en", person_id=COLLEAGUE.person_id)
    with pytest.raises(Refused), unit_of_work(CASHIER) as uow:
        sessions.end_all_of(uow, CASHIER.person_id)
        raise Refused("test.undone")
    assert sessions.find(token) is made
    with unit_of_work(CASHIER, quiet=True) as uow:
        sessions.end_all_of(uow, CASHIER.person_id)
        ended = uow.execute("SELECT count(*) FROM session WHERE ended_at IS NOT NULL").fetchone()[0]
    assert ended == 1, "in the same transaction: a power cut after it finds no living session"
    assert sessions.find(token) is None and sessions.find(other) is not None


def test_a_session_does_not_outlive_its_twelve_hours_by_a_restart(open_data: Path) -> None:
    class Later(SystemTime):
        hours = 0

        def wall_ms(self) -> int:
            return super().wall_ms() + self.hours * 3_600_000

    later = Later()
    token, _made = sessions.start(language="en", person_id=CASHIER.person_id)
    for hours, lives in ((11, True), (13, False)):
        later.hours = hours
        clock.start(clock.newest, later)
        sessions.forget_all()
        assert (sessions.find(token) is not None) is lives
    clock.start(0)


def test_a_screen_is_locked_although_the_lock_cannot_be_stored(
    open_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _token, made = sessions.start(language="en")

    def full(*_args: object) -> Any:
        raise Refused("kernel.disk_full")

    monkeypatch.setattr(sessions, "_set", full)
    with pytest.raises(Refused):
        sessions.lock(made)
    assert made.is_locked
