"""Short forms of the faults of the PC, each beside the wrong twin that must be found out."""

from collections.abc import Callable

import pytest

from appliance.doctor.checks import log_size
from appliance.doctor.finding import FAULT, OK, Place
from clinic_app.kernel import db, maintenance
from clinic_app.kernel.errors import Refused
from tests import visit
from tests.faults import pc_faults
from tests.faults.pc_faults import a_clinic, opened


def test_every_edit_of_the_audit_trail_is_named(figure: Callable[[str], None]) -> None:
    said, bad = pc_faults.audit_edits(60, 1)
    figure(f"audit trail: {said}")
    assert bad == 0


def test_an_edit_by_who_has_the_key_is_not_seen_by_the_chain_alone() -> None:
    assert pc_faults.audit_edits(5, 1, knows_the_key=True)[1] == 5


def test_no_jump_of_the_clock_turns_time_back() -> None:
    said, bad = pc_faults.clock_jumps(300, 1)
    assert bad == 0, said


def test_a_clock_that_believes_everything_is_found_out() -> None:
    assert pc_faults.clock_jumps(60, 1, believes=True)[1] > 10


def test_a_database_held_by_another_tool_is_a_sentence_and_nothing_is_lost() -> None:
    said, bad = pc_faults.held_database(3, 1)
    assert bad == 0, said
    assert pc_faults.held_database(2, 1, is_held=False)[1] == 2, "nobody held it"


def test_a_start_beside_a_tool_that_holds_the_database_is_not_called_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_MS", 200)
    with a_clinic() as folder:
        with opened(folder):
            tool = db.database._connect()
        try:
            tool.execute("BEGIN IMMEDIATE")
            with pytest.raises(Refused) as said, opened(folder):
                pass
            assert said.value.code == "kernel.database_busy"
            tool.execute("ROLLBACK")
        finally:
            tool.close()
        with opened(folder):
            assert db.damaged_pages() == []


def test_an_error_of_the_disk_at_any_call_leaves_nothing_half() -> None:
    said, bad = pc_faults.disk_errors(23, 140)
    assert bad == 0, said


def test_a_disk_that_drops_writes_is_found_out() -> None:
    assert pc_faults.disk_errors(9, 40, swallows=True)[1] > 0


def test_a_slow_disk_is_waited_for_and_does_nothing_twice() -> None:
    said, bad = pc_faults.slow_disk(0.3, 2)
    assert bad == 0, said


def test_a_zeroed_sector_or_exchanged_pages_are_noticed() -> None:
    said, bad = pc_faults.damaged_pages(6, 1)
    assert bad == 0, said
    assert pc_faults.damaged_pages(4, 1, looks=pc_faults.only_opens)[1] > 0


def test_a_reader_that_does_not_end_is_told_and_the_log_is_moved_home_afterwards(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Fault 10, with alarms a hundred times lower."""
    with a_clinic() as folder, opened(folder) as clinic:
        monkeypatch.setattr(log_size, "ALARM_BYTES", 100_000)
        monkeypatch.setattr(log_size, "FAULT_BYTES", 200_000)
        db.checkpoint(truncate=True)
        reader = db.database._connect()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM visit").fetchone()
        while db.wal_bytes() < 250_000:
            visit.arrive(clinic)
            maintenance._checkpoint()
        place = Place(clinic.config)
        assert log_size.check(place).state == FAULT
        reader.execute("COMMIT")
        reader.close()
        assert db.checkpoint(truncate=True) == 0
        assert log_size.check(place).state == OK and db.damaged_pages() == []

