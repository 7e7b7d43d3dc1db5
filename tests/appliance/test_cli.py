"""The command line before anything is opened: a mistyped folder, a practice clinic where a real one is."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from appliance import first_run, start
from clinic_app.kernel import opening
from tests.appliance.backup.conftest import command
from tests.conftest import config_of

OF_A_CLINIC = (
    ("doctor",), ("bundle",), ("check",), ("backup", "now"), ("backup", "list"), ("backup", "verify"),
    ("import", "drugs", "x.csv"), ("key", "verify"), ("key", "restore"), ("reset-admin",),
)  # fmt: skip


@pytest.mark.parametrize("words", OF_A_CLINIC, ids=" ".join)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_mistyped_folder_is_named_and_not_made(tmp_path: Path, words: tuple[str, ...], is_there: bool) -> None:
    folder = tmp_path / "clinc"
    if is_there:
        folder.mkdir()
    ended = command(folder, *words)
    assert ended.returncode == 2 and f"{folder} 里没有卫生院" in ended.stderr and "no clinic" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert folder.exists() is is_there and not (is_there and list(folder.iterdir()))


def test_practising_in_a_real_clinic_is_refused_and_nothing_is_served(folder: Path) -> None:
    """The test clinic is one for practice; here it says of itself that it is real."""
    opened = opening.open_clinic

    def as_real(*given: Any, **named: Any) -> Any:
        return replace(opened(*given, **named), is_practice=False)

    with patch.object(opening, "open_clinic", as_real), patch.object(start, "serve", side_effect=AssertionError):
        ended = command(folder, "run", "--practice")
    assert ended.returncode == 2 and f"{folder} 是真的卫生院" in ended.stderr and "--practice" in ended.stderr
    assert "127.0.0.1" not in ended.stdout


def test_the_first_run_says_what_to_do_with_a_backup_of_a_broken_pc(tmp_path: Path) -> None:
    app = first_run.create(config_of(tmp_path), lambda: None)
    said = first_run.announcement(config_of(tmp_path))
    assert f"clinic --data {tmp_path} restore" in said and "替换坏了的电脑" in said and "broken PC" in said
    for language, words in (("zh-CN", "是来替换坏了的电脑？"), ("en", "Replacing a broken PC?")):
        page = app.test_client().get(f"/first-run?lang={language}").text
        assert words in page and "clinic restore" in page


@pytest.mark.parametrize("typed", ["", "hello\n", "[]\n", "{}\n", '{"port": 1}\n'])
def test_the_relay_started_by_a_person_is_a_sentence(tmp_path: Path, typed: str) -> None:
    with patch("signal.signal"):
        ended = command(tmp_path, "lan-relay", typed=typed)
    assert ended.returncode == 2 and "院内网" in ended.stderr and "Traceback" not in ended.stderr
