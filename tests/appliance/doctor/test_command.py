"""`clinic doctor` and `clinic bundle` on the command line, beside a server and without one."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.doctor import command, sources
from appliance.doctor.examination import CHECKS
from appliance.folder_lock import FolderLock
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import clock, db, opening, schema
from tests.conftest import config_of

DATABASE_MISSING = "clinic.database_missing"


@pytest.mark.parametrize("beside_a_server", [False, True])
def test_the_doctor_says_each_finding_in_both_languages(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, beside_a_server: bool
) -> None:
    monkeypatch.setattr(sources, "verified_backups", lambda _place: [])
    folder.chmod(0o700)
    lock = FolderLock(folder) if beside_a_server else None
    assert command.doctor(config_of(folder)) == command.EXIT_FOUND
    said = capsys.readouterr().out
    assert "没有核对过的备份" in said and "There is no verified backup" in said
    assert "Every page was read; none is damaged." in said and said.count("\n") == 2 * len(CHECKS)
    if lock:
        lock.release()


def test_nothing_to_do_is_zero(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "verified_backups", lambda _place: [clock.clock.read().at])
    folder.chmod(0o700)
    assert command.doctor(config_of(folder)) == 0


ACTS = (command.doctor, lambda config: command.write_bundle(config, None))


@pytest.mark.parametrize("act", ACTS, ids=["doctor", "bundle"])
def test_an_older_schema_stays_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Config], int]
) -> None:
    """The schema of a newer program is made on a copy, after a backup, and nowhere else."""
    former, later = registry.migration_steps(), schema.Step("later", "0001_more", "CREATE TABLE more(x)")
    monkeypatch.setattr(registry, "migration_steps", lambda: [*former, later])
    act(config_of(folder))
    opening.open_clinic(folder, former)
    assert "later" not in {subject for subject, _name in schema.applied()}
    db.close_database()


@pytest.mark.parametrize("act", ACTS, ids=["doctor", "bundle"])
def test_a_damaged_log_is_named_and_stays(
    folder: Path, act: Callable[[Config], int], capsys: pytest.CaptureFixture[str]
) -> None:
    log = folder / f"{opening.DATABASE}-wal"
    log.write_bytes(b"no log at all, and longer than its header")
    act(config_of(folder))
    said = capsys.readouterr()
    assert "数据库日志有损坏" in said.out + said.err
    assert log.read_bytes() == b"no log at all, and longer than its header"


def test_the_bundle_is_written_where_it_is_wanted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.write_bundle(config_of(folder), None) == 0
    (made,) = (folder / "bundles").iterdir()
    assert str(made) in capsys.readouterr().out and zipfile.is_zipfile(made)
    assert command.write_bundle(config_of(folder), str(tmp_path / "help.zip")) == 0
    assert zipfile.is_zipfile(tmp_path / "help.zip")
    (tmp_path / "file").write_text("")
    assert command.write_bundle(config_of(folder), str(tmp_path / "file" / "help.zip")) == 2


@pytest.mark.parametrize("what", ["clinic.sqlite3", "keys"])
def test_a_clinic_that_does_not_start_is_examined_and_bundled_from_outside(
    folder: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    """What is sent to whoever helps is needed most when nothing starts."""
    (folder / what).rename(folder.parent / "gone")
    assert command.doctor(config_of(folder)) == command.EXIT_FOUND
    said = capsys.readouterr().out
    assert said.startswith("有故障 FAULT   启动: ") and "磁盘空间" in said and "没有查成" not in said
    assert said.count("数据库没有打开，这一项没有查。") == 5 and "was not examined" in said
    assert command.write_bundle(config_of(folder), None) == 0
    (made,) = (folder / "bundles").iterdir()
    with zipfile.ZipFile(made) as file:
        program, schema = json.loads(file.read("program.json")), json.loads(file.read("schema.json"))
    assert program["not_started"] == schema["not_opened"] == ("keys.missing" if what == "keys" else DATABASE_MISSING)
