"""The recovery page while the disk fails: it stands, says so, and offers what can still be read."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from appliance import key_commands
from appliance.backup import places
from appliance.startup import readable_copy
from clinic_app.web import security
from tests.appliance.startup.conftest import Pc, damage_a_list
from tests.appliance.startup.test_recovery import backup_of, sheet


def io_error(*_given: object, **_named: object) -> None:
    raise OSError(5, "Input/output error")


def test_a_disk_that_does_not_list_the_backups_leaves_the_page_and_the_sticks(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = backup_of(pc)
    there = tmp_path / "stick" / places.ON_VOLUME / made.name
    there.parent.mkdir(parents=True)
    shutil.copyfile(made, there)
    damage_a_list(pc)
    pc.start()
    monkeypatch.setattr(places, "volumes", lambda: [places.Volume(tmp_path / "stick", 1 << 30, "")])
    monkeypatch.setattr(places, "local_backups", io_error)
    monkeypatch.setattr(places, "unreadable", io_error)
    page = pc.client.get("/recovery")
    assert page.status_code == 200 and "启动时出了错（OSError）" in page.text
    assert f'value="{there}"' in page.text and "clinic.pages_damaged" in page.text


@pytest.mark.parametrize("act", ["copy", "keys"])
def test_an_act_that_breaks_off_leaves_the_page_with_a_sentence(
    damaged: Pc, seed: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, act: str
) -> None:
    monkeypatch.setattr(readable_copy, "open_copy", io_error)
    monkeypatch.setattr(key_commands, "put_back", io_error)
    answer = damaged.post(f"/recovery/{act}", **sheet(seed))
    assert answer.status_code == 500 and "启动时出了错（OSError）" in answer.text and "再试一次" in answer.text
    assert "Input/output error" in caplog.text and "Input/output error" not in answer.text


def test_other_ways_to_ask_are_answered_as_before(damaged: Pc) -> None:
    """Negative control: what the browser did wrong is no fault of the program."""
    assert damaged.client.put("/recovery").status_code == 405
    large = damaged.client.post("/recovery/again", data={"csrf": "x" * (security.LARGEST_BODY + 1)})
    assert large.status_code == 413 and "最多 4 MB" in large.text


def test_a_folder_that_went_away_has_its_page_and_its_bundle(keyless: Pc) -> None:
    keyless.folder.rename(keyless.folder.with_name("away"))
    try:
        answer = keyless.post("/recovery/bundle")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
            assert json.loads(file.read("program.json"))["free_mib"] is None
        assert keyless.client.get("/recovery").status_code == 200
    finally:
        keyless.folder.with_name("away").rename(keyless.folder)
