"""Each release of the program is noted in the clinic at its first start; an older one says that it is older."""

from pathlib import Path

import pytest

from appliance.upgrade import program_home
from clinic_app.kernel import db, releases
from tests.appliance.startup.conftest import Pc
from tests.appliance.upgrade import packages


def runs_as(counter: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This program is that release."""
    program = packages.program(folder / str(counter), str(counter))
    release = packages.describe(program, counter, least=max(0, counter - 3))
    monkeypatch.setattr(program_home, "running", lambda: release)


def test_a_checkout_notes_nothing(pc: Pc) -> None:
    assert pc.start() is None
    assert releases.newest() == releases.Newest()


def test_a_release_is_noted_once_with_its_floor_and_audited(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for counter in (7, 8, 8):
        runs_as(counter, tmp_path / "programs", monkeypatch)
        assert pc.start() is None
        newest = releases.newest()
        audited = db.value("SELECT count(*) FROM audit WHERE action = 'clinic.release'")
        pc.attempt.stop()
    assert (newest.counter, newest.version, newest.floor, audited) == (8, "0.8.0", 5, 2)


def test_an_older_program_serves_and_says_that_it_is_older(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs_as(8, tmp_path / "programs", monkeypatch)
    assert pc.start() is None
    pc.attempt.stop()
    assert "旧" not in capsys.readouterr().out
    runs_as(7, tmp_path / "programs", monkeypatch)
    assert pc.start() is None and "0.8.0" in capsys.readouterr().out
