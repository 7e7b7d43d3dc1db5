"""Making a backup: proved before it has its name, nobody waits, nothing old goes before the new one is there."""

import os
from pathlib import Path

import pytest

from appliance.backup import making, places, sealing
from appliance.backup.file_format import check_seal, find
from clinic_app import registry
from clinic_app.kernel import db, keys, opening
from clinic_app.kernel.errors import Refused
from tests.appliance.backup.conftest import Home, Pc, state_of
from tests.conftest import Clinic, config_of


def test_a_backup_names_its_clinic_and_holds_nothing_readable(home: Home) -> None:
    header = home.found.header
    assert (header.code, header.kind, header.is_practice) == ("XQX01", "now", True)
    assert header.key_mark == keys.derive(home.seed).mark and header.counts["patient"] == 2 + 1
    data = home.found.path.read_bytes()
    assert data[home.found.stream_at :].startswith(b"age-encryption.org/v1")
    assert "许春芳".encode() not in data and b"SQLite format" not in data
    assert keys.derive(home.seed).data_key not in data


def test_it_is_sealed_with_a_key_of_the_sheet(home: Home) -> None:
    check_seal(home.found, keys.seal_key(keys.derive(home.seed).audit_key))
    with pytest.raises(Refused, match=r"backup\.damaged"):
        check_seal(home.found, keys.seal_key(keys.derive(keys.new_seed()).audit_key))


def test_nothing_but_the_backup_is_left_in_the_folder(home: Home) -> None:
    left = {path.relative_to(home.folder).as_posix() for path in (home.folder / "backups").rglob("*")}
    assert left == {"backups/now", "backups/run.lock", home.found.path.relative_to(home.folder).as_posix()}


def test_the_clinic_itself_is_not_changed(pc: Pc, home: Home) -> None:
    pc.make("hourly")
    assert state_of(pc.folder) == home.state


def test_work_goes_on_while_it_is_copied_and_what_is_written_meanwhile_is_in_the_next(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step of the copy is followed by a command of a server; the copy is of the moment it began."""
    config = config_of(pc.folder)
    registry.wire(config)
    opening.open_clinic(pc.folder, registry.migration_steps())
    before, steps = db.value("SELECT max(seq) FROM audit"), []

    def write(done: int, of: int) -> None:
        steps.append((done, of))
        with db.write_transaction() as conn:
            conn.execute("INSERT INTO series VALUES(?, 1)", (f"meanwhile {len(steps)}",))

    copy = pc.folder / "copy.sqlite3"
    import threading

    failed: list[BaseException] = []

    def other_thread() -> None:
        try:
            db.copy_to(copy, 20, lambda _done, _of: None)
        except BaseException as err:
            failed.append(err)

    thread = threading.Thread(target=other_thread)
    thread.start()
    while thread.is_alive():
        write(0, 0)
    thread.join()
    assert failed == [] and steps
    db.close_database()
    opening.open_copy(copy, keys.derive(pc.seed))
    held = db.value("SELECT count(*) FROM series WHERE name LIKE 'meanwhile%'")
    assert db.damaged_pages() == [] and held < len(steps) and db.value("SELECT max(seq) FROM audit") == before
    db.close_database()


def test_a_running_server_and_a_backup_do_not_disturb_each_other(pc: Pc) -> None:
    registry.wire(config_of(pc.folder))
    from tests.faults.server_process import ServerProcess, clinic_command

    server = ServerProcess(pc.folder)
    server.begin()
    server.wait_until_ready()
    try:
        ended = clinic_command(pc.folder, "backup", "now")
        assert ended.returncode == 0, ended.stderr
        assert "XQX01-" in ended.stdout and "encrypting" in ended.stderr
        assert server.stop() == 0
    finally:
        if server.process is not None:
            server.kill()
    assert len(places.local_backups(pc.folder)) == 2


def test_two_at_once_are_refused(pc: Pc) -> None:
    from appliance.folder_lock import FolderLock

    other = FolderLock(pc.folder / places.LOCAL)
    with pytest.raises(Refused, match=r"backup\.under_way"):
        pc.make()
    other.release()


@pytest.mark.parametrize("fault", ("copy", "read back", "name"))
def test_what_fails_on_the_way_leaves_the_former_backup_and_no_half_one(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    former = pc.backup.read_bytes()
    if fault == "copy":
        monkeypatch.setattr(db, "copy_to", _full)
    elif fault == "read back":
        monkeypatch.setattr(making, "decrypt", _full)
    else:
        monkeypatch.setattr(os, "replace", _full)
    with pytest.raises(Refused):
        pc.make()
    monkeypatch.undo()
    assert [one.path.read_bytes() for one in places.local_backups(pc.folder)] == [former]
    pc.make()
    assert len(places.local_backups(pc.folder)) == 2
    assert list((pc.folder / "backups").rglob("*.part")) == []


def _full(*_given: object, **_named: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_that_rots_between_writing_and_reading_back_never_gets_its_name(
    pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = sealing.encrypt

    def rots(database: Path, target: Path, *given: object) -> None:
        written(database, target, *given)  # type: ignore[arg-type]
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 1
        target.write_bytes(data)

    monkeypatch.setattr(making, "encrypt", rots)
    with pytest.raises(Refused, match=r"backup\.damaged"):
        pc.make()
    assert len(places.local_backups(pc.folder)) == 1


def test_a_damaged_page_of_the_clinic_is_told_and_nothing_is_made_of_it(pc: Pc) -> None:
    with (pc.folder / opening.DATABASE).open("rb+") as file:
        file.seek(4096 * 40 + 100)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(Refused, match=r"backup\.pages"):
        pc.make()
    assert len(places.local_backups(pc.folder)) == 1


def test_a_broken_invariant_is_told_and_is_no_reason_to_have_no_backup(pc: Pc) -> None:
    def lose_a_move(clinic: Clinic) -> None:
        clinic.drop_triggers("stock_move")
        clinic.raw("DELETE FROM stock_move WHERE id = (SELECT max(id) FROM stock_move)")

    pc.run(lose_a_move)
    assert pc.make().broken != []


def test_the_oldest_beyond_the_limit_goes_after_the_new_one_is_there(pc: Pc) -> None:
    from datetime import date

    from clinic_app.kernel import parameters

    pc.run(lambda clinic: clinic.run(
        clinic.actor("administrator"),
        lambda uow: (parameters.change(uow, "backups.keep_now", 2, date(2020, 1, 1), "test"), uow.audit("test")),
    ))  # fmt: skip
    first = pc.backup
    made = [pc.make().removed for _ in range(2)]
    assert made == [0, 1] and not first.exists() and len(places.local_backups(pc.folder)) == 2


def test_the_newest_step_and_size_are_those_of_the_database(home: Home) -> None:
    header = find(home.found.path).header
    assert header.bytes % 4096 == 0 and header.newest_step.count(".") == 1 and len(header.schema) == 16


def test_damaged_pages_are_no_backup_and_the_sentence_names_what_was_met(pc: Pc) -> None:
    with (pc.folder / opening.DATABASE).open("r+b") as file:
        file.seek(60 * 4096 + 100)
        file.write(os.urandom(64))
    with pytest.raises(Refused) as refused:
        pc.make("now")
    assert refused.value.code == "backup.pages" and refused.value.facts["where"] not in {"", "not an error"}
    assert not [one for one in places.local_backups(pc.folder) if one.header.kind == "now"][1:]
