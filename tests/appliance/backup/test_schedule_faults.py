"""A full disk, a busy database, a disk that fails or hangs: the backups go on, and no page waits."""

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.backup import copying_out, making, places, schedule
from appliance.backup.schedule import Schedule
from appliance.folder_lock import FolderLock
from clinic_app.kernel import db
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.backups import queries
from tests.appliance.backup.conftest import DEADLINE, Pc, silent, until_idle
from tests.conftest import config_of

Told = Callable[[dict[str, Any]], None]

@pytest.fixture
def dead(served: Pc, tmp_path: Path) -> Path:
    """A target on a dead network disk: its mark is a pipe that nobody opens, and reading it never returns."""
    place = tmp_path / "dead"
    (place / "xiangyi-backup").mkdir(parents=True)
    os.mkfifo(place / "xiangyi-backup" / "target.json")
    with unit_of_work(SYSTEM) as uow:
        person = db.value("SELECT id FROM person LIMIT 1")
        uow.execute(
            "INSERT INTO backup_target VALUES(?, 'folder', ?, 'nfs', 2, 1, ?, NULL)", (b"t" * 16, str(place), person)
        )
        uow.audit("test")
    return place


def test_a_page_does_not_wait_for_a_dead_network_disk(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "ASKED_SECONDS", 0.2)
    one = Schedule(config_of(served.folder))
    began = time.monotonic()
    assert not any(one.is_there("folder", str(dead)) for _ in range(20))
    assert time.monotonic() - began < 2, "nor is a second thread lost to it"


def test_the_one_on_this_pc_is_told_and_the_lock_is_free_before_a_target_hangs(served: Pc, dead: Path) -> None:
    told: list[making.Made] = []
    db.close_database()
    making_it = threading.Thread(
        target=making.make, args=(config_of(served.folder), "now", silent, told.append), daemon=True
    )
    making_it.start()
    until = time.monotonic() + DEADLINE
    while not told and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    assert making_it.is_alive() and (served.folder / "backups" / "now" / told[0].file).exists()
    FolderLock(served.folder / places.LOCAL).release()
    FolderLock(served.folder).release()


def test_a_copy_that_hangs_is_noted_beside_the_backup_that_stands(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hangs:
        def __init__(self, *_words: object) -> None: ...

        def wait(
            self, _progress: object, proved: Callable[[dict[str, Any]], None], _silence: float, _copied: object
        ) -> None:
            proved({"file": "made", "kind": "now", "bytes": 1, "made_at": clock.read().at})
            raise Refused("child.silent", minutes=30)

    monkeypatch.setattr(schedule, "Child", Hangs)
    one = Schedule(config_of(served.folder))
    one._once("now")
    run = queries.newest_run(clock.read().at)
    assert run is not None and run.file == "made" and queries.newest_failure() is None
    assert set(queries.newest_copies()) == {1}
    assert db.value("SELECT refusal FROM backup_copy WHERE target_id = ?", (b"t" * 16,)) == "backup.target_hangs"
    assert one._due - time.monotonic() > 3000, "the next is due as after any other"


def add_stick(served: Pc, *, added_at: int) -> Path:
    stick = served.folder.parent / "stick"
    stick.mkdir()
    places.mark(stick)
    with unit_of_work(SYSTEM) as uow:
        uow.execute(
            "INSERT INTO backup_target VALUES(?, 'folder', ?, 'stick', 3, ?, ?, NULL)",
            (b"s" * 16, str(stick), added_at, db.value("SELECT id FROM person LIMIT 1")),
        )
        uow.audit("test")
    return stick


def fared() -> dict[bytes, str]:
    """How each target fared with the newest backup that knows of one."""
    run = db.value("SELECT run_id FROM backup_copy WHERE copy_no > 1 ORDER BY made_at DESC LIMIT 1")
    return dict(db.rows("SELECT target_id, refusal FROM backup_copy WHERE run_id = ? AND copy_no > 1", (run,)))


def test_a_dead_disk_first_in_line_holds_up_no_other(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying_out, "LEFT_ALONE_SECONDS", 0.5, raising=False)
    stick, told = add_stick(served, added_at=2), list[copying_out.Copied]()
    db.close_database()
    threading.Thread(
        target=making.make, args=(config_of(served.folder), "now", silent, lambda _made: None, told.append), daemon=True
    ).start()
    until = time.monotonic() + 30
    while not told and time.monotonic() < until:
        time.sleep(0.05)
    assert [(one.copy_no, one.reason) for one in told] == [(3, "")]
    assert len(places.backups_in(stick)) == 1


def test_only_the_disk_that_hangs_is_said_to_hang(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole child: the stick has its copy and says so before the dead disk behind it is given up."""
    stick = add_stick(served, added_at=0)
    monkeypatch.setattr(schedule, "SILENT_SECONDS", 10.0)
    one = Schedule(config_of(served.folder))
    one._once("now")
    assert len(places.backups_in(stick)) == 1
    assert fared() == {b"s" * 16: "", b"t" * 16: "backup.target_hangs"}
    assert set(queries.newest_copies()) == {1, 3} and queries.newest_failure() is None


def test_a_database_busy_while_a_backup_is_under_way_makes_no_false_note(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither note could be stored when it came; at the end both are, and only the silent disk is late."""
    add_stick(served, added_at=0)
    noted = schedule.unit_of_work

    class Hangs:
        def __init__(self, *_words: object) -> None: ...

        def wait(self, _progress: object, proved: Told, _silence: float, copied: Told) -> None:
            with monkeypatch.context() as busy:
                busy.setattr(schedule, "unit_of_work", refusing)
                proved({"file": "made", "kind": "now", "bytes": 1, "made_at": clock.read().at})
                copied({"target_id": (b"s" * 16).hex(), "copy_no": 3, "reason": "", "facts": {}})
            raise Refused("child.silent", minutes=30)

    def refusing(*_given: object) -> None:
        raise Refused("server.busy")

    monkeypatch.setattr(schedule, "Child", Hangs)
    Schedule(config_of(served.folder))._once("now")
    assert schedule.unit_of_work is noted
    assert fared() == {b"s" * 16: "", b"t" * 16: "backup.target_hangs"}


def test_a_copy_made_by_hand_is_found_behind_a_disk_that_does_not_answer(
    served: Pc, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "ASKED_SECONDS", 0.3)
    stick = add_stick(served, added_at=2)
    lies = places.local_backups(served.folder)[0]
    there = places.folder_of("folder", str(stick), lies.header.code)
    there.mkdir()
    shutil.copyfile(lies.path, there / lies.path.name)
    Schedule(config_of(served.folder))._adopt()
    assert fared() == {b"s" * 16: ""}


def test_a_full_disk_ends_neither_the_thread_nor_the_page(served: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing and noting fail for a while; what is asked for then is made all the same."""
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.02)
    one = Schedule(config_of(served.folder))
    one._by_hand = places.local_backups(served.folder)[0]
    failed: list[str] = []

    def busy(*_given: object) -> None:
        failed.append("once")
        raise Refused("server.busy")

    with monkeypatch.context() as full:
        full.setattr(one, "_look_for_copies", busy)
        full.setattr(one, "_adopt", busy)
        full.setattr(one, "files", busy)
        one.start()
        until = time.monotonic() + DEADLINE
        while len(failed) < 4 and time.monotonic() < until:
            time.sleep(0.02)
    assert len(failed) >= 4 and one._thread.is_alive()
    one.make_now()
    until_idle(one)
    one.stop(5)
    assert len(one.files()) == 2


def test_a_disk_that_fails_or_does_not_answer_is_a_sentence_of_its_field(
    served: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "MARKED_SECONDS", 0.2)
    one = Schedule(config_of(served.folder))
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (str(tmp_path / ("备" * 90)), str(loop)):
        with pytest.raises(Refused, match=r"backup\.folder") as said:
            one.check_folder(path)
        assert said.value.field == "folder"
    stale = Path("/mnt/stale")
    is_dir, waits = Path.is_dir, threading.Event()

    def stat(path: Path) -> bool:
        if path == stale:
            raise OSError(errno.ESTALE, "stale file handle")
        return waits.wait(DEADLINE) if path == Path("/mnt/hangs") else is_dir(path)

    monkeypatch.setattr(Path, "is_dir", stat)
    with pytest.raises(Refused, match=r"backup\.folder"):
        one.check_folder(str(stale))
    assert not one.is_there("folder", str(stale))
    monkeypatch.setattr(places, "volumes", lambda **_given: [waits.wait(DEADLINE)][:0])
    began = time.monotonic()
    for act, place, field in ((one.check_folder, "/mnt/hangs", "folder"), (one.mark_volume, "/media/blue", "place")):
        for _ in range(5):
            with pytest.raises(Refused, match=r"backup\.target_missing") as said:
                act(place)
            assert said.value.field == field
    assert time.monotonic() - began < 5
    waits.set()
