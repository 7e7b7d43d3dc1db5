"""The power-cut tool finds nothing in the right setting and something in every wrong one."""

from pathlib import Path

import pytest

from tests.faults import ledger_workload as ledger
from tests.faults.ledger_workload import GOOD, WRONG, Setting
from tests.faults.recorder import Tape, Wrote, recording
from tests.faults.replay import Outcome, replay

POINTS, VOUCHERS = 300, 150


def tape_of(folder: Path, setting: Setting, vouchers: int = VOUCHERS) -> Tape:
    with recording(folder, disk_lies=setting.disk_lies) as tape:
        ledger.work(tape, setting, vouchers=vouchers, seed=1)
    return tape


def cut(tape: Tape, points: int = POINTS, seed: int = 1) -> Outcome:
    return replay(tape, ledger.judge, points=points, seed=seed)


def test_no_acknowledged_voucher_is_lost_with_wal_and_full_sync(tmp_path):
    outcome = cut(tape_of(tmp_path, GOOD))
    assert outcome.points == POINTS
    assert outcome.bad == 0, str(outcome)


@pytest.mark.parametrize("setting", WRONG, ids=str)
def test_finds_what_a_wrong_setting_loses(tmp_path, setting):
    outcome = cut(tape_of(tmp_path, setting))
    assert outcome.kinds["LOST"] > 0, str(outcome)
    nothing_synced = setting.disk_lies or setting.synchronous == "OFF"
    assert (outcome.kinds["CORRUPT"] > 0) is nothing_synced, str(outcome)


def test_the_same_seed_finds_the_same(tmp_path):
    tape = tape_of(tmp_path, WRONG[0], vouchers=40)
    first, again, other = cut(tape, 200, seed=5), cut(tape, 200, seed=5), cut(tape, 200, seed=6)
    assert first.bad > 0
    assert (first.kinds, first.first) == (again.kinds, again.first)
    assert first.first != other.first


def test_the_tape_holds_only_what_the_cipher_made(tmp_path):
    tape = tape_of(tmp_path, GOOD, vouchers=20)
    written = b"".join(event.data for event in tape.events if isinstance(event, Wrote))
    assert b"xxxxxxxxxxxxxxxx" not in written and b"SQLite format 3" not in written
    assert (tmp_path / ledger.DATABASE).stat().st_size > 0


def test_a_second_recording_in_one_process_is_independent(tmp_path):
    (tmp_path / "one").mkdir(), (tmp_path / "two").mkdir()
    first = tape_of(tmp_path / "one", GOOD, vouchers=10)
    events = len(first.events)
    second = tape_of(tmp_path / "two", GOOD, vouchers=10)
    assert (len(first.events), len(second.events)) == (events, events)
    assert cut(second, 60).bad == 0


def test_a_recording_may_begin_with_a_ledger_already_there(tmp_path):
    tape_of(tmp_path, GOOD, vouchers=10)
    with recording(tmp_path) as tape:
        tape.acknowledge(10)
        connection = ledger.connect(tmp_path / ledger.DATABASE, vfs="rec")
        connection.execute("CREATE TABLE later(x)")
        connection.close()
    assert cut(tape, 60).bad == 0
