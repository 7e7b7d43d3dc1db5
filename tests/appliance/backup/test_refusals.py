"""What is damaged, cut, exchanged, foreign, newer or too large is refused and nothing touched; the old is taken."""

import errno
import itertools
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import practice
from appliance.backup import age_keys, file_format, places, restoring
from appliance.backup.file_format import find
from clinic_app import registry
from clinic_app.kernel import db, keys, opening, schema
from clinic_app.kernel.errors import Refused
from tests.appliance.backup.conftest import Home, Pc, command, identity, silent, state_of
from tests.conftest import config_of
from tests.faults import small_clinic
from tests.faults.broken_off import nth_call_fails
from tests.faults.damaged_backups import Trials, attempt, bad_ones

TRIED, TRIED_BY_THE_TWIN = 68, 17


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign") / "clinic"
    folder.mkdir()
    pc = Pc(folder, small_clinic.make(folder))
    pc.make()
    return pc.backup


def tried(pc: Pc, home: Home, foreign: Path, room: Path, many: int) -> Trials:
    pc.make("hourly")
    trials, place = Trials(), room / "place"
    place.mkdir()
    registry.wire(config_of(pc.folder))
    files = bad_ones(pc.backup, home.found.path, foreign, pc.seed, random.Random(4))
    for bad in itertools.islice(files, many):
        attempt(pc.folder, place, bad, contents, trials)
    return trials


def test_every_bad_one_is_refused_and_the_clinic_is_as_it_was(
    pc: Pc, home: Home, foreign: Path, tmp_path: Path
) -> None:
    trials = tried(pc, home, foreign, tmp_path, TRIED)
    assert (trials.accepted, trials.faults, trials.refused.total()) == ([], [], TRIED), str(trials)


def test_without_the_seal_bad_ones_are_taken(
    pc: Pc, home: Home, foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong twin: what the trial would not notice, it would not show either."""
    monkeypatch.setattr(restoring, "check_seal", lambda *_given: None)
    assert tried(pc, home, foreign, tmp_path, TRIED_BY_THE_TWIN).accepted != []


def test_a_newer_programs_backup_is_refused_and_an_older_ones_is_brought_up_to_date(
    pc: Pc, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = schema.Step("later", "0001_new_table", "CREATE TABLE later_thing(id INTEGER PRIMARY KEY);")
    steps = registry.migration_steps()
    with monkeypatch.context() as patched:
        patched.setattr(registry, "migration_steps", lambda: [*steps, newer])
        restoring.restore(pc.folder, find(pc.backup), keys.derive(pc.seed), [identity(pc.seed)], silent)
        assert state_of(pc.folder) == home.state  # the older one, with the newer program
        pc.make("hourly")
    before = contents(pc.folder)
    with pytest.raises(Refused, match=r"schema\.newer"):
        restoring.restore(pc.folder, find(pc.backup), keys.derive(pc.seed), [identity(pc.seed)], silent)
    assert contents(pc.folder) == before
    assert find(pc.backup).header.schema != home.found.header.schema


def test_a_stream_that_is_not_what_the_facts_say_is_refused_though_it_is_sealed(pc: Pc, tmp_path: Path) -> None:
    """Whoever has the PC's keys could seal anything; the rows are counted against the facts all the same."""
    opening.open_clinic(pc.folder, registry.migration_steps())
    copy = tmp_path / "copy"
    db.copy_to(copy, 256, lambda _done, _of: None)
    db.close_database()
    key_set, header = keys.derive(pc.seed), find(pc.backup).header
    lying = replace(header, counts={**header.counts, "visit": 7})
    path = tmp_path / file_format.file_name(lying)
    from appliance.backup.sealing import encrypt

    encrypt(
        copy, path, lying, [age_keys.recipient(key_set.backup_recipient)], keys.seal_key(key_set.audit_key),
        lambda _done: None,
    )  # fmt: skip
    with pytest.raises(Refused, match=r"backup\.counts"):
        restoring.restore(pc.folder, find(path), key_set, [identity(pc.seed)], silent)


def test_the_wrong_sheet_is_named_by_its_number_and_nothing_is_touched(pc: Pc) -> None:
    before, other = contents(pc.folder), keys.new_seed()
    ended = command(pc.folder, "restore", str(pc.backup), typed=practice.key_sheet(other))
    assert ended.returncode == 2
    assert keys.derive(pc.seed).mark in ended.stderr and keys.derive(other).mark in ended.stderr
    words = keys.sheet_words(pc.seed)
    words[6] = str((int(words[6]) + 10) % 1_000_000).zfill(6)
    ended = command(pc.folder, "restore", typed=" ".join(words) + "\n")
    assert ended.returncode == 2 and words[6] in ended.stderr
    assert contents(pc.folder) == before


def test_no_room_is_said_before_anything_is_written(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "free_bytes", lambda _folder: 1 << 20)
    before = contents(pc.folder)
    with pytest.raises(Refused, match=r"backup\.no_room"):
        restoring.restore(pc.folder, find(pc.backup), keys.derive(pc.seed), [identity(pc.seed)], silent)
    with pytest.raises(Refused, match=r"backup\.no_room"):
        pc.make()
    assert contents(pc.folder) == before


def test_a_disk_that_fills_up_while_restoring_leaves_the_clinic(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    before = contents(pc.folder)
    with monkeypatch.context() as patched, pytest.raises(Refused, match=r"backup\.disk_full"):
        patched.setattr(keys, "store", full)
        restoring.restore(pc.folder, find(pc.backup), keys.derive(pc.seed), [identity(pc.seed)], silent)
    assert contents(pc.folder) == before


def test_a_disk_on_which_nothing_can_be_begun_is_a_sentence(pc: Pc) -> None:
    before = contents(pc.folder)
    registry.wire(config_of(pc.folder))
    found = find(pc.backup)
    full = OSError(errno.ENOSPC, "No space left on device")
    with nth_call_fails(1, full) as called, pytest.raises(Refused) as refused:
        restoring.restore(pc.folder, found, restoring.key_set_of(pc.seed, found), [identity(pc.seed)], silent)
    assert called == ["mkdir"] and refused.value.code == "backup.disk_full"
    assert refused.value.facts["place"] == str(pc.folder) and contents(pc.folder) == before


def test_beside_a_server_nothing_is_restored(pc: Pc) -> None:
    from appliance.folder_lock import FolderLock

    lock = FolderLock(pc.folder)
    ended = command(pc.folder, "restore", typed=practice.key_sheet(pc.seed))
    lock.release()
    assert ended.returncode == 73


def test_the_sheet_opens_it_and_this_pc_alone_does_not(pc: Pc, tmp_path: Path) -> None:
    import pyrage

    key_set = keys.load(pc.folder / opening.KEYS, "")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(Refused, match=r"backup\.other_key"):
        restoring.restore(
            tmp_path / "scratch", find(pc.backup), key_set, [age_keys.identity(key_set.data_key)], silent
        )  # fmt: skip
    own = pyrage.x25519.Identity.from_str(age_keys.bech32("age-secret-key-", keys.backup_identity(pc.seed)).upper())
    assert str(own.to_public()) == age_keys.bech32("age", key_set.backup_recipient)


def test_verify_names_a_damaged_one_without_the_sheet(pc: Pc) -> None:
    assert command(pc.folder, "backup", "verify").returncode == 0
    data = bytearray(pc.backup.read_bytes())
    data[-3000] ^= 4
    pc.backup.write_bytes(data)
    ended = command(pc.folder, "backup", "verify")
    assert ended.returncode == 2 and pc.backup.name in ended.stderr


def test_a_command_without_any_backup_says_so(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()  # named: a stick in this PC may hold some
    ended = command(tmp_path / "empty", "restore", str(tmp_path / "backups"))
    assert ended.returncode == 2 and "Traceback" not in ended.stderr and "backups" in ended.stderr
    shutil.rmtree(tmp_path / "empty")
