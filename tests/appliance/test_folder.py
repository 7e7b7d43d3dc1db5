"""The data folder between servers: the sign of an unclean end, a damaged log, what the log files never say."""

import errno
import logging
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance import key_commands, logs
from appliance.check import check
from appliance.folder_lock import FolderLock
from clinic_app import registry
from clinic_app.kernel import db, keys, opening
from clinic_app.kernel.errors import Refused
from tests.conftest import Clinic, config_of
from tests.faults.broken_off import Cut, nth_call_fails


def test_the_sign_of_an_unclean_end_stays_until_a_server_has_run(tmp_path: Path) -> None:
    """A refused start, `clinic check` or an import between must not let a damaged folder pass for a sound one."""
    (tmp_path / "run.lock").write_text("pid 1 http://127.0.0.1:8600/\n")
    for _ in range(2):
        refused = FolderLock(tmp_path)
        assert refused.was_unclean
        refused.release()
    served = FolderLock(tmp_path)
    served.describe("http://127.0.0.1:8600/")
    served.release()
    after = FolderLock(tmp_path)
    assert not after.was_unclean
    after.release()


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process takes a byte; cutting one works, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_makes_no_sign_of_a_clean_end(tmp_path: Path) -> None:
    """The server may be killed after a sign that could not be written."""
    (tmp_path / "run.lock").write_text("pid 1 http://127.0.0.1:8600/\n")
    lock = FolderLock(tmp_path)
    with no_room():
        lock.describe("http://127.0.0.1:8600/")
    left = (tmp_path / "run.lock").read_text()
    lock.release()
    assert left.startswith("pid 1 ")


def test_a_full_disk_gives_the_folder_back_without_a_fault(tmp_path: Path) -> None:
    """A refused start says its sentence, not that of the lock."""
    (tmp_path / "run.lock").write_text("pid 1 http://127.0.0.1:8600/\n")
    lock = FolderLock(tmp_path)
    with no_room():
        lock.describe("http://127.0.0.1:8600/", serves=False)
        lock.release()
    again = FolderLock(tmp_path)
    assert again.was_unclean
    again.release()


def test_a_shorter_sign_takes_the_place_of_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text("pid 1 " + "x" * 200)
    lock = FolderLock(tmp_path)
    lock.describe("here")
    assert (tmp_path / "run.lock").read_text() == f"pid {os.getpid()} here\n"
    lock.release()
    assert (tmp_path / "run.lock").read_text() == ""


def test_the_typed_sheet_does_not_open_a_database_with_a_damaged_log(
    clinic: Clinic, folder: Path, seed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening and closing would move what SQLite takes of the log home and delete the rest, unnoticed."""
    for number in range(3):
        clinic.raw("UPDATE session SET language = ?", (f"en-{number}",))
        clinic.raw("INSERT INTO series(name, last) VALUES(?, 1)", (f"test-{number}",))
    wal = folder / "clinic.sqlite3-wal"
    content = bytearray(wal.read_bytes())
    db.close_database()
    content[32 + 24 + 100] ^= 1
    wal.write_bytes(content)
    monkeypatch.setattr(key_commands, "_ask", lambda _config: seed)
    for command in (key_commands.verify, key_commands.restore):
        with pytest.raises(Refused) as refused:
            command(config_of(folder))
        assert refused.value.code == "clinic.wal_damaged"
    assert wal.read_bytes() == bytes(content) and not list(folder.glob("keys.old*"))


def test_the_typed_sheet_of_a_sound_folder_is_right(
    folder: Path, seed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control of the damaged log."""
    monkeypatch.setattr(key_commands, "_ask", lambda _config: seed)
    assert key_commands.verify(config_of(folder)) == 0
    monkeypatch.setattr(key_commands, "_ask", lambda _config: keys.new_seed())
    with pytest.raises(Refused) as refused:
        key_commands.verify(config_of(folder))
    assert refused.value.code == "keys.wrong" and (folder / opening.KEYS).exists()


@pytest.mark.parametrize("number", range(1, 12))
@pytest.mark.parametrize("err", [OSError(errno.ENOSPC, "No space left on device"), Cut()])
def test_putting_keys_back_that_is_broken_off_anywhere_leaves_a_clinic_that_starts(
    folder: Path, seed: bytes, number: int, err: BaseException
) -> None:
    """Keys that open the clinic lie there already: a sheet may be typed all the same."""
    with nth_call_fails(number, err) as called, pytest.raises((Refused, Cut)) as broken:
        key_commands.put_back(config_of(folder), seed)
    assert len(called) == number, "there is such a step"
    assert isinstance(broken.value, Cut) or broken.value.code == "kernel.disk_full"
    opening.open_clinic(folder, registry.migration_steps())
    opening.close_clinic()


def test_putting_keys_back_after_it_was_broken_off_goes_well(folder: Path, seed: bytes) -> None:
    """Half of the keys is left under their temporary name, and there are no others."""
    shutil.rmtree(folder / opening.KEYS)
    with nth_call_fails(4, Cut()), pytest.raises(Cut):
        key_commands.put_back(config_of(folder), seed)
    assert opening.exists(folder)
    with pytest.raises(Refused, match=r"keys\.missing"):
        opening.open_clinic(folder, registry.migration_steps())
    key_commands.put_back(config_of(folder), seed)
    opening.open_clinic(folder, registry.migration_steps())
    opening.close_clinic()


def test_the_most_talkative_log_says_no_value_of_a_row(clinic: Clinic, tmp_path: Path) -> None:
    from clinic_app.modules.people import queries, services

    root, access = logging.getLogger(), logging.getLogger("clinic.access")
    before = {logger: (list(logger.handlers), logger.level) for logger in (root, access)}
    try:
        logs.start(tmp_path / "logs", "DEBUG")
        clinic.run(
            clinic.actor("administrator"),
            lambda uow: services.add_person(uow, staff_no="0077", name="皇甫静", title="", roles=("nurse",)),
        )
        assert queries.find_by_staff_no("0077")
        logging.getLogger("clinic.start").debug("written")
        said = (tmp_path / "logs" / "server.log").read_text("utf-8")
    finally:
        for logger, (handlers, level) in before.items():
            for handler in set(logger.handlers) - set(handlers):
                logger.removeHandler(handler)
                handler.close()
            logger.setLevel(level)
        access.propagate = True
    assert "written" in said and "皇甫静" not in said


def damage(clinic: Clinic, table: str) -> None:
    """Flip a bit in the first page of a table and leave the clinic closed."""
    size, page = db.value("PRAGMA page_size"), db.value("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    opening.close_clinic()
    path = clinic.folder / opening.DATABASE
    content = bytearray(path.read_bytes())
    content[(page - 1) * size + 100] ^= 1
    path.write_bytes(content)


def test_check_names_what_it_cannot_count_and_counts_the_rest(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(clinic, "stock_balance")
    assert check(clinic.config) == 1
    said = capsys.readouterr().out
    assert "PAGES" in said and "BROKEN  S1 " in said and "not countable" in said and "ok      A1 " in said


def test_a_damaged_page_that_the_start_itself_needs_is_a_sentence(clinic: Clinic) -> None:
    """The clock begins at the newest audit row."""
    damage(clinic, "audit")
    with pytest.raises(Refused) as refused:
        check(clinic.config)
    assert refused.value.code == "clinic.pages_damaged"
