"""Backups of a running server: in a process of their own, noted and audited, never more than a tenth of the time."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance import child_process
from appliance.backup import keeping, places, schedule
from appliance.backup.schedule import Schedule
from appliance.child_process import ROOT, Child, command
from appliance.folder_lock import Busy, FolderLock
from clinic_app.kernel import db, installation, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.backups import queries, services
from tests.appliance.backup.conftest import DEADLINE, Pc, add_target, silent, until_idle
from tests.conftest import config_of


def test_what_is_asked_for_is_made_by_a_child_noted_and_audited(served: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = served.folder.parent / "stick"
    stick.mkdir()
    add_target(stick, 3)
    one = Schedule(config_of(served.folder))
    one.start()
    one.make_now()
    assert one.progress() is not None
    until_idle(one)
    one.stop(5)
    assert len(places.backups_in(stick)) == 1 and len(one.files()) == 2
    run = queries.newest_run(clock.read().at)
    assert run is not None and run.refused is None and run.restore_ms > 0 and run.statements > 50
    assert set(queries.newest_copies()) == {1, 3}
    assert db.value("SELECT count(*) FROM audit WHERE action = 'backups.made'") == 2  # the one that lay there, this one


def test_a_backup_that_fails_is_noted_with_its_sentence(served: Pc) -> None:

    other = FolderLock(served.folder / places.LOCAL)
    one = Schedule(config_of(served.folder))
    one.start()
    one.make_now()
    until_idle(one)
    one.stop(5)
    other.release()
    failure = queries.newest_failure()
    assert failure is not None and failure.refused is not None and failure.refused.code == "backup.under_way"


def test_the_server_ends_without_waiting_for_a_backup(served: Pc) -> None:
    one = Schedule(config_of(served.folder))
    one.start()
    one.make_now()
    time.sleep(0.3)
    began = time.monotonic()
    one.stop(5)
    assert time.monotonic() - began < 8
    assert not list((served.folder / "backups").rglob("*.xybackup.part")) or served.make() is not None
    assert len(places.local_backups(served.folder)) <= 2


def test_a_child_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(child_process, "command", lambda *_words: sleeps)
    child = Child(tmp_path, "check")
    with pytest.raises(Refused, match=r"child\.silent"):
        child.wait(silent, silence=0.5)
    assert child._process.poll() is not None


def test_a_child_that_dies_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"child\.died"):
        Child(tmp_path, "check").wait(silent)


def test_the_command_of_a_child_in_a_checkout_and_frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert command(tmp_path, "check") == [sys.executable, "-m", "appliance", "--data", str(tmp_path), "check"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command(tmp_path, "check") == [sys.executable, "--data", str(tmp_path), "check"]


def test_the_first_of_a_day_is_the_daily_one(served: Pc) -> None:
    one = Schedule(config_of(served.folder))
    assert one._kind_due() == keeping.DAILY

    daily = {"file": "d", "kind": "daily", "bytes": 1, "made_at": clock.read().at}
    with unit_of_work(SYSTEM) as uow:
        services.record_made(uow, daily)
    assert one._kind_due() == keeping.HOURLY


def test_a_clinic_backed_up_just_now_is_not_backed_up_again_at_the_start(served: Pc) -> None:
    one = Schedule(config_of(served.folder))
    assert one._due - time.monotonic() <= schedule.FIRST_SECONDS
    one._adopt()
    assert 3400 < one._due - time.monotonic() <= 3600


def test_a_backup_from_the_future_puts_off_neither_the_next_nor_the_chip(served: Pc) -> None:
    """The PC ran a day with its clock a month ahead, and an earlier backup was restored."""
    month = 30 * 86_400_000
    with unit_of_work(SYSTEM) as uow:
        services.record_made(uow, {"file": "f", "kind": "daily", "bytes": 1, "made_at": clock.read().at + month})
    one = Schedule(config_of(served.folder))
    assert one._kind_due() == keeping.DAILY and 1 not in queries.newest_copies()
    due = one._due
    places.remove(places.as_kept(places.local_backups(served.folder), installation.current().key_mark))
    one._adopt()
    assert one._due == due


def test_a_file_with_a_readable_head_and_a_broken_body_is_no_backup(served: Pc) -> None:
    data = bytearray(served.backup.read_bytes())
    data[-500] ^= 8
    served.backup.write_bytes(data)
    one = Schedule(config_of(served.folder))
    one._adopt()
    assert queries.newest_run(clock.read().at) is None and queries.newest_copies() == {}
    data[-500] ^= 8
    served.backup.write_bytes(data)
    Schedule(config_of(served.folder))._adopt()
    assert set(queries.newest_copies()) == {1}


def test_one_made_by_hand_counts_at_once_on_this_pc_and_on_the_disk(
    served: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = served.folder.parent / "disk"
    disk.mkdir()
    add_target(disk, 2)
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.05)
    one = Schedule(config_of(served.folder))
    monkeypatch.setattr(ports.bound, "backups", one)
    one.start()
    made = Child(served.folder, "backup", "now", "--json").wait(silent)
    until = time.monotonic() + DEADLINE
    while set(queries.newest_copies()) != {1, 2} and time.monotonic() < until:
        time.sleep(0.05)
    one.stop(5)
    assert queries.newest_copies() == {1: made["made_at"], 2: made["made_at"]}
    here, house, _away = queries.copy_ages()
    assert (here.made_at, house.made_at) == (made["made_at"], made["made_at"])


def test_a_copy_that_is_not_on_the_disk_is_not_counted(served: Pc) -> None:
    """Negative control: the disk was added after that backup."""
    disk = served.folder.parent / "disk"
    disk.mkdir()
    add_target(disk, 2)
    Schedule(config_of(served.folder))._adopt()
    assert set(queries.newest_copies()) == {1}


def test_a_copy_that_arrives_later_counts_from_then_on(served: Pc) -> None:
    """Copying holds no lock, so the backup on this PC is noted before its copy is there."""
    disk = served.folder.parent / "disk"
    disk.mkdir()
    add_target(disk, 2)
    one = Schedule(config_of(served.folder))
    one._adopt()
    waits = one._by_hand
    assert waits is not None and set(queries.newest_copies()) == {1}
    there = places.folder_of("folder", str(disk), waits.header.code)
    there.mkdir()
    shutil.copyfile(waits.path, there / waits.path.name)
    one._look_for_copies(waits)
    assert set(queries.newest_copies()) == {1, 2} and one._by_hand is None


def test_backups_that_only_the_restored_database_knows_make_this_pc_neither_safe_nor_wait(
    served: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Schedule(config_of(served.folder))
    one._adopt()
    monkeypatch.setattr(ports.bound, "backups", one)
    assert queries.copy_ages()[0].made_at is not None
    served.backup.unlink()
    assert queries.copy_ages()[0].made_at is None and queries.newest_copies()[1]
    fresh = Schedule(config_of(served.folder))
    fresh._adopt()
    assert fresh._due - time.monotonic() <= schedule.FIRST_SECONDS


def test_folders_that_cannot_hold_backups_are_refused(
    served: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Schedule(config_of(served.folder))
    for path in ("relative", str(tmp_path / "not there"), str(served.folder), str(served.folder / "backups")):
        with pytest.raises(Refused, match=r"backup\.folder"):
            one.check_folder(path)
    with pytest.raises(Refused, match=r"backup\.same_disk"):
        one.check_folder(str(tmp_path))
    with pytest.raises(Refused, match=r"backup\.target_missing"):
        places.folder_of("folder", str(tmp_path), "QX01")
    monkeypatch.setattr(places, "is_on_disk_of", lambda _data, _place: False)
    one.check_folder(str(tmp_path))
    assert list(tmp_path.rglob("*.part")) == []
    assert places.folder_of("folder", str(tmp_path), "QX01") == tmp_path / "xiangyi-backup-QX01"


PARENT = """
import sys, time
from pathlib import Path
from appliance.child_process import Child
child = Child(Path(sys.argv[1]), "backup", "now", "--json", "--child")
child.wait(lambda step, done, of: print(step, flush=True))
"""


def test_a_backup_ends_with_the_server_that_was_killed_and_the_next_one_is_made(pc: Pc) -> None:
    """kill -9 of the parent in the middle: nothing is under way any more, no half file is named."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(pc.folder)], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None and parent.stdout.readline()
    before = len(places.local_backups(pc.folder))
    parent.kill()
    parent.wait()
    until = time.monotonic() + 10
    while True:
        try:
            FolderLock(pc.folder / places.LOCAL).release()
            break
        except Busy:
            assert time.monotonic() < until, "a backup of nobody is under way"
            time.sleep(0.05)
    pc.make()
    assert len(places.local_backups(pc.folder)) == before + 1
    assert not list((pc.folder / places.LOCAL).rglob("*.part"))


def test_a_backup_by_hand_does_not_need_anybody_at_its_input(pc: Pc) -> None:
    """The other side of it: without the flag an input that is closed ends nothing."""
    ended = subprocess.run(
        command(pc.folder, "backup", "now", "--json"), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0 and '"result"' in ended.stdout
