"""The systemd unit and the command that installs it; nothing is installed here."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance import service
from appliance.service import Place
from appliance.upgrade import program_home
from clinic_app.kernel.errors import Refused
from tests.conftest import config_of

WHOLE_PC = Place(Path("/etc/systemd/system"), ("systemctl",), "root")
OWN = Place(Path("/home/x/.config/systemd/user"), ("systemctl", "--user"), "")


@pytest.mark.parametrize("place", [WHOLE_PC, OWN], ids=["whole PC", "own account"])
def test_the_unit_runs_this_folder_and_is_not_restarted_after_a_refusal(tmp_path: Path, place: Place) -> None:
    text = service.unit_text(config_of(tmp_path), place)
    assert f"--data {tmp_path} run" in text and "RestartPreventExitStatus=2 73" in text
    assert f"RequiresMountsFor={tmp_path}" in text, "a disk that comes late must not look like an empty folder"
    assert ("User=root" in text) is (place is WHOLE_PC)
    assert f"WantedBy={'multi-user' if place is WHOLE_PC else 'default'}.target" in text


def test_only_the_server_is_told_to_end_and_has_time_to(tmp_path: Path) -> None:
    from appliance import child_process
    from appliance.lan import process
    from appliance.server import FINISH_SECONDS
    from appliance.startup import checklist
    from clinic_app.modules.checks.module import STOP_SECONDS as CHECKS_SECONDS

    text = service.unit_text(config_of(tmp_path), WHOLE_PC)
    assert "KillMode=mixed\n" in text, "the relay would be cut in the middle of an answer"
    worst = (
        FINISH_SECONDS + 1 + 2 * process.END_SECONDS + 2 * checklist.STOP_SECONDS + CHECKS_SECONDS
        + 2 * checklist.BACKUP_SECONDS + child_process.KILLED_SECONDS
    )  # fmt: skip
    assert f"TimeoutStopSec={service.STOP_SECONDS}\n" in text and worst < service.STOP_SECONDS


def test_a_stick_can_be_written_by_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """`strict` closes every folder that is not named, and nobody can name the stick of next week."""
    text = service.unit_text(config_of(Path("/srv/clinic")), WHOLE_PC)
    assert "ProtectSystem=full\n" in text and "strict" not in text


def test_in_a_home_the_unit_starts_the_launcher_so_that_an_upgrade_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_home, "of_running", lambda: program_home.Home(Path("/opt/qing xi")))
    text = service.unit_text(config_of(tmp_path), WHOLE_PC, "/usr/bin/python3")
    assert f'ExecStart=/usr/bin/python3 "/opt/qing xi/launcher.py" --data {tmp_path} run' in text
    assert "WorkingDirectory=/opt/qing xi\n" in text
    if "ReadWritePaths" in text:
        assert f'ReadWritePaths={tmp_path} "/opt/qing xi"' in text


@pytest.mark.parametrize("name", ["clinic", "qing xi", "100%", "a$b", 'quo"te', "乡医 数据"])
@pytest.mark.parametrize("place", [WHOLE_PC, OWN], ids=["whole PC", "own account"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, place: Place, name: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is missing")
    (tmp_path / name).mkdir()
    unit = tmp_path / service.UNIT
    unit.write_text(service.unit_text(config_of(tmp_path / name), place), "utf-8")
    words = ["systemd-analyze", *(() if place.account else ("--user",)), "verify", str(unit)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    own = [line for line in said.stderr.splitlines() if service.UNIT in line]
    assert own == [], said.stderr


def test_a_folder_with_a_space_or_a_sign_stays_one_argument(tmp_path: Path) -> None:
    text = service.unit_text(config_of(Path("/srv/qing xi/50%/$HOME")), WHOLE_PC)
    assert '--data "/srv/qing xi/50%%/$$HOME" run' in text


def test_where_systemd_is_missing_it_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    for action in ("install", "uninstall", "status"):
        with pytest.raises(Refused) as said:
            service.act(config_of(tmp_path), action)
        assert said.value.code == "appliance.no_systemd"


class Systemd:
    """Notes what is asked of systemctl; `fails` on a word."""

    def __init__(self, fails: str = "") -> None:
        self.asked: list[list[str]] = []
        self.fails = fails

    def run(self, words: list[str], **_how: Any) -> subprocess.CompletedProcess[str]:
        self.asked.append(words)
        code = int(bool(self.fails) and self.fails in words)
        return subprocess.CompletedProcess(words, code, "", "Failed to connect to bus\nmore" if code else "")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = replace(OWN, folder=tmp_path / "units")
    monkeypatch.setattr(service, "_place", lambda _config: made)
    return made


def test_it_is_installed_asked_and_taken_away(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    systemd = Systemd()
    monkeypatch.setattr(service.subprocess, "run", systemd.run)
    config = config_of(tmp_path)
    assert service.act(config, "install") == 0 and place.file.exists()
    assert "127.0.0.1:8600" in capsys.readouterr().out
    assert service.act(config, "status") == 0
    assert service.act(config, "uninstall") == 0 and not place.file.exists()
    acts = [words[2] for words in systemd.asked if words[0] == "systemctl"]
    assert acts == ["daemon-reload", "enable", "--no-pager", "disable", "daemon-reload"]


def test_what_systemd_says_no_to_is_a_sentence(tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.subprocess, "run", Systemd("enable").run)
    with pytest.raises(Refused) as said:
        service.act(config_of(tmp_path), "install")
    assert said.value.code == "appliance.systemd_failed" and said.value.facts["said"] == "Failed to connect to bus"
    assert not place.file.exists(), "what was not installed is not left"


def test_an_install_that_fails_leaves_the_unit_of_before(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.folder.mkdir()
    place.file.write_text("former", "utf-8")
    monkeypatch.setattr(service.subprocess, "run", Systemd("enable").run)
    with pytest.raises(Refused):
        service.act(config_of(tmp_path), "install")
    assert place.file.read_text("utf-8") == "former"


def test_what_lies_there_can_be_taken_away_where_systemd_does_not_answer(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wants = place.folder / "default.target.wants"
    wants.mkdir(parents=True)
    place.file.write_text("left over", "utf-8")
    (wants / service.UNIT).symlink_to(place.file)
    monkeypatch.setattr(service.subprocess, "run", Systemd("status").run)
    with pytest.raises(Refused) as said:
        service.act(config_of(tmp_path), "status")
    assert said.value.facts["said"] == "Failed to connect to bus" and str(place.file) in capsys.readouterr().out
    monkeypatch.setattr(service.subprocess, "run", Systemd("disable").run)
    with pytest.raises(Refused):
        service.act(config_of(tmp_path), "uninstall")
    assert not place.file.exists() and list(wants.iterdir()) == []


def test_the_port_that_was_chosen_is_the_one_that_is_served(tmp_path: Path) -> None:
    own = replace(config_of(tmp_path), port=8777)
    assert "Environment=CLINIC_PORT=8777\n" in service.unit_text(own, OWN)
    assert "CLINIC_PORT" not in service.unit_text(config_of(tmp_path), OWN), "settings.toml may change it later"


def test_a_dry_run_shows_the_unit_and_installs_nothing(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    systemd = Systemd()
    monkeypatch.setattr(service.subprocess, "run", systemd.run)
    assert service.act(config_of(tmp_path), "install", dry_run=True) == 0
    said = capsys.readouterr().out
    assert str(place.file) in said and "ExecStart=" in said
    assert systemd.asked == [] and not place.folder.exists()


def test_without_a_folder_or_a_unit_nothing_is_done(tmp_path: Path, place: Place) -> None:
    said_to = {"install": "service_no_folder", "uninstall": "service_absent", "status": "service_absent"}
    for action, code in said_to.items():
        with pytest.raises(Refused) as said:
            service.act(config_of(tmp_path / "none"), action)
        assert said.value.code == f"appliance.{code}"
