"""Restoring: everything as it was, a new epoch, the old files kept; on this PC, after a loss, on another PC."""

import io
import shutil
from pathlib import Path

import pytest

from appliance import practice, start
from appliance.backup import places, restore_command, restoring
from appliance.backup.file_format import Found, find
from appliance.server import Site
from appliance.startup.checklist import Attempt
from clinic_app import registry
from clinic_app.kernel import db, i18n, installation, jobs, keys, opening, switching
from clinic_app.kernel.errors import Refused
from clinic_app.modules.patients import queries as patients
from tests.appliance.backup.conftest import Home, Pc, command, identity, silent, state_of
from tests.conftest import Clinic, config_of
from tests.faults.backup_workload import numbers_of_work
from tests.visit import arrive


def restore(folder: Path, found: Found, seed: bytes) -> restoring.Restored:
    registry.wire(config_of(folder))
    return restoring.restore(folder, found, restoring.key_set_of(seed, found), [identity(seed)], silent)


def epoch_of(folder: Path) -> bytes:
    opening.open_clinic(folder, registry.migration_steps())
    try:
        return installation.current().epoch
    finally:
        opening.close_clinic()


def test_another_empty_folder_becomes_the_same_clinic_with_a_new_epoch(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other pc"
    other.mkdir()
    restored = restore(other, home.found, home.seed)
    assert restored.broken == [] and restored.aside is None and restored.counts["visit"] == 1
    assert restored.unpaired == 0, "nobody was paired"
    assert state_of(other) == home.state
    assert epoch_of(other).hex() != home.found.header.epoch
    assert {path.name for path in other.iterdir()} == {"clinic.sqlite3", "clinic.key-label", "keys"}


def test_old_files_are_moved_aside_as_a_set_that_still_opens(pc: Pc, home: Home) -> None:
    pc.run(arrive)
    later = state_of(pc.folder)
    restored = restore(pc.folder, find(pc.backup), pc.seed)
    assert restored.aside == pc.folder / "replaced-1"
    assert state_of(pc.folder) == home.state
    assert state_of(pc.folder / "replaced-1") == later
    again = restore(pc.folder, find(pc.backup), pc.seed)
    assert again.aside == pc.folder / "replaced-2" and state_of(pc.folder) == home.state


def test_a_pairing_ended_since_the_backup_does_not_live_again(pc: Pc) -> None:
    """A PC that was stolen and revoked afterwards holds its cookie still."""
    from clinic_app.kernel.rights import SYSTEM
    from clinic_app.kernel.unit_of_work import unit_of_work
    from clinic_app.modules.desks import queries, services

    def pair(_clinic: Clinic) -> None:
        desk = queries.desks()[0].id
        with unit_of_work(SYSTEM) as uow:
            uow.execute(
                "INSERT INTO lan_browser(id, token_hash, desk_id, address, paired_at) VALUES(?, ?, ?, '10.0.0.9', 1)",
                (b"b" * 16, queries.token_hash("stolen"), desk),
            )
            uow.audit("test")

    def revoke(_clinic: Clinic) -> None:
        with unit_of_work(SYSTEM) as uow:
            services.revoke_browser(uow, b"b" * 16)

    pc.run(pair)
    made = pc.make()
    pc.run(revoke)
    restored = restore(pc.folder, find(pc.folder / "backups" / "now" / made.file), pc.seed)
    assert restored.unpaired == 1
    assert pc.run(lambda _clinic: queries.desk_of_lan_browser("stolen")) is None
    assert pc.run(lambda _clinic: queries.lan_browsers()) == []


def test_the_log_of_the_old_database_never_plays_into_the_new_one(pc: Pc, home: Home) -> None:
    opening.open_clinic(pc.folder, registry.migration_steps())
    with db.write_transaction() as conn:
        conn.execute("INSERT INTO series VALUES('left in the log', 1)")
    kept = {suffix: Path(f"{pc.folder / opening.DATABASE}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
    db.close_database()
    for suffix, content in kept.items():
        Path(f"{pc.folder / opening.DATABASE}{suffix}").write_bytes(content)
    restore(pc.folder, find(pc.backup), pc.seed)
    assert state_of(pc.folder) == home.state
    assert (pc.folder / "replaced-1" / "clinic.sqlite3-wal").read_bytes() == kept["-wal"]
    opening.open_clinic(pc.folder, registry.migration_steps())
    assert db.value("SELECT count(*) FROM series WHERE name = 'left in the log'") == 0


def test_a_lost_database_a_lost_key_and_nothing_but_the_backup_are_all_mended(home: Home, tmp_path: Path) -> None:
    for number, lost in enumerate(("database", "keys", "all but the backups")):
        folder = tmp_path / str(number)
        shutil.copytree(home.folder, folder)
        if lost != "keys":
            (folder / opening.DATABASE).unlink()
        if lost != "database":
            shutil.rmtree(folder / opening.KEYS)
        if lost == "all but the backups":
            (folder / opening.LABEL).unlink()
        assert opening.exists(folder), lost
        restore(folder, home.found, home.seed)
        assert state_of(folder) == home.state, lost


def test_no_paper_is_printed_a_second_time_and_nobody_is_signed_in(pc: Pc) -> None:
    pc.make()
    restore(pc.folder, find(pc.backup), pc.seed)
    opening.open_clinic(pc.folder, registry.migration_steps())
    assert db.value("SELECT count(*) FROM job WHERE state IN ('queued', 'sending', 'not_started')") == 0
    assert db.value("SELECT count(*) FROM job WHERE state = 'unknown'") > 0 and jobs.claim() is None
    assert db.value("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


def test_restoring_is_audited_with_what_it_was(pc: Pc, home: Home) -> None:
    restore(pc.folder, find(pc.backup), pc.seed)
    opening.open_clinic(pc.folder, registry.migration_steps())
    detail = db.value("SELECT detail FROM audit WHERE action = 'clinic.restored'")
    assert home.found.path.name in detail and home.found.header.epoch in detail


def test_work_goes_on_after_a_restore(pc: Pc) -> None:
    restore(pc.folder, find(pc.backup), pc.seed)

    def work(clinic: Clinic) -> None:
        arrive(clinic)
        epochs = {epoch for (epoch,) in db.rows("SELECT DISTINCT epoch FROM outbox")}
        assert len(epochs) == 2 and installation.current().epoch in epochs

    pc.run(work)
    assert all(holds for _id, holds in state_of(pc.folder)[0])  # type: ignore[union-attr]


def test_the_command_asks_for_the_sheet_and_says_the_result_in_words(home: Home, tmp_path: Path) -> None:
    stick = tmp_path / "stick" / "xiangyi-backup" / "XQX01"
    stick.mkdir(parents=True)
    shutil.copy(home.found.path, stick)
    folder = tmp_path / "new pc"
    typed = practice.key_sheet(home.seed)
    ended = command(folder, "restore", str(tmp_path / "stick"), typed=typed)
    assert ended.returncode == 0, ended.stderr
    assert keys.derive(home.seed).mark in ended.stdout and "Restored in" in ended.stdout
    assert "就诊 visits 1" in ended.stdout and "invariants hold" in ended.stdout
    assert command(folder, "check").returncode == 0
    assert state_of(folder) == home.state


def test_a_folder_with_nothing_but_backups_is_never_served_empty(home: Home, tmp_path: Path) -> None:
    """No first run, no practice clinic: the sentence says what brings the clinic back."""
    folder = tmp_path / "clinic"
    shutil.copytree(home.folder / "backups", folder / "backups")
    for practice_wanted in (False, True):
        attempt = Attempt(config_of(folder), has_logs=True)
        with pytest.raises(Refused) as said:
            start._open(attempt, Site(lambda *_: []), practice_wanted)
        assert "clinic restore" in i18n.refusal(said.value, "en")
        if attempt.lock:
            attempt.lock.release()
    assert not (folder / opening.DATABASE).exists()


def test_several_backups_are_listed_and_one_is_chosen_by_its_number(pc: Pc) -> None:
    former = pc.backup
    pc.run(arrive)
    pc.make()
    listed = command(pc.folder, "backup", "list")
    assert listed.returncode == 0 and listed.stdout.count(".xybackup") == 2
    ended = command(pc.folder, "restore", typed="2\n" + practice.key_sheet(pc.seed))
    assert ended.returncode == 0, ended.stderr
    assert former.name in ended.stdout and "就诊 visits 1" in ended.stdout and "replaced-1" in ended.stdout
    assert "1 newer backups" in ended.stdout


def test_a_newly_started_interrupted_exchange_is_finished_by_the_next_command(pc: Pc, home: Home) -> None:
    """A cut right after the decision: the next start moves the files."""
    restore(pc.folder, find(pc.backup), pc.seed)
    staged = switching.stage(pc.folder)
    for name in (opening.DATABASE, opening.LABEL):
        shutil.copy(home.folder / name, staged / name)
    shutil.copytree(home.folder / opening.KEYS, staged / opening.KEYS)
    staged.rename(staged.with_name(staged.name.removesuffix(".part")))
    assert command(pc.folder, "check").returncode == 0
    assert epoch_of(pc.folder).hex() == home.found.header.epoch
    assert (pc.folder / "replaced-2" / opening.DATABASE).exists() and not list(pc.folder.glob("incoming-*"))


@pytest.mark.parametrize("has_authority", [False, True])
def test_paired_pcs_are_told_to_trust_the_new_authority_where_the_old_one_is_gone(
    pc: Pc, capsys: pytest.CaptureFixture[str], has_authority: bool
) -> None:
    """The authority's key is in no backup: whoever steals a backup cannot play the clinic's server."""

    def pair(_clinic: Clinic) -> None:
        desk = db.value("SELECT id FROM desk LIMIT 1")
        with db.write_transaction() as conn:
            conn.execute("INSERT INTO lan_browser(id, token_hash, desk_id, address, paired_at) VALUES(?, ?, ?, ?, 1)",
                         (b"p" * 16, b"h" * 32, desk, "192.168.1.7"))  # fmt: skip

    pc.run(pair)
    pc.make()
    if has_authority:
        (pc.folder / "lan").mkdir()
        (pc.folder / "lan" / "authority.pem").write_text("kept")
    restored = restore(pc.folder, find(pc.backup), pc.seed)
    assert restored.unpaired == 1 and (pc.folder / "lan" / "authority.pem").exists() is has_authority
    restore_command._say_result(restored)
    said = capsys.readouterr().out
    assert "must be paired again: 1" in said and "installs its certificate once" in said
    assert f"begin with {restored.numbers}" in said


def test_every_backup_of_every_stick_is_offered_once_and_a_cut_one_is_named(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    there = stick / places.ON_VOLUME / "XQX01"
    there.mkdir(parents=True)
    (there / "whole.xybackup").write_bytes(pc.backup.read_bytes())
    (there / "cut.xybackup").write_bytes(pc.backup.read_bytes()[:-5000])
    monkeypatch.setattr(places, "volumes", lambda: [places.Volume(stick, 1, "")])
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))
    restore_command._chosen(pc.folder, None)
    said = capsys.readouterr().out
    assert said.count("whole.xybackup") == 1 and "  2  " in said and "  3  " not in said
    assert said.count(str(there / "cut.xybackup")) == 1 and "坏了" in said


def test_no_number_on_a_paper_is_given_again_after_an_older_backup_is_restored_however_often(pc: Pc) -> None:
    """Fault 20: the epoch's mark stands in every number; the same backup twice gives two marks."""
    first, given = pc.backup, numbers_of_work(pc.folder, 2)
    for _ in range(2):
        restore(pc.folder, find(first), pc.seed)
        given += numbers_of_work(pc.folder, 2)
    assert len(given) == 6 * 4 and len(set(given)) == len(given), sorted(given)


def test_numbers_without_the_mark_are_given_again(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the series alone go on where the backup left them."""
    monkeypatch.setattr(installation.Installation, "prefix", lambda one: one.full_code)
    first, given = pc.backup, numbers_of_work(pc.folder, 1)
    restore(pc.folder, find(first), pc.seed)
    assert numbers_of_work(pc.folder, 1) == given


def test_a_person_is_found_by_the_digits_of_a_number_of_any_epoch(pc: Pc) -> None:
    restore(pc.folder, find(pc.backup), pc.seed)
    numbers_of_work(pc.folder, 1)

    def search(_clinic: Clinic) -> None:
        for number, name in db.rows("SELECT person_no, name FROM patient"):
            digits = number[-7:].lstrip("0")
            assert name in [one.name for one in patients.search(digits)], number

    pc.run(search)
