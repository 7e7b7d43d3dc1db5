"""A stick is looked at on a new PC, which has no keys yet: what can be seen is seen, and what cannot is said."""

import shutil
from pathlib import Path

import pytest

from appliance import practice
from appliance.backup.file_format import find
from appliance.backup.verifying import check_outside
from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused
from tests.appliance.backup.conftest import Home, command


@pytest.fixture
def stick(home: Home, tmp_path: Path) -> Path:
    return Path(shutil.copy(home.found.path, tmp_path))


def test_without_keys_a_whole_one_is_whole_from_outside_and_that_is_said(stick: Path, tmp_path: Path) -> None:
    ended = command(tmp_path / "new", "backup", "verify", str(stick))
    assert ended.returncode == 0 and "内容没有核对" in ended.stdout and "--sheet" in ended.stdout
    assert "as it was written" not in ended.stdout
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("change", [-1, -(1 << 16), +1])
def test_without_keys_one_that_was_cut_or_grew_is_damaged(stick: Path, tmp_path: Path, change: int) -> None:
    content = stick.read_bytes()
    stick.write_bytes(content[:change] if change < 0 else content + b"0")
    ended = command(tmp_path / "new", "backup", "verify", str(stick))
    assert ended.returncode == 2 and stick.name in ended.stderr and "keys" not in ended.stderr
    with pytest.raises(Refused, match=r"backup\.damaged"):
        check_outside(find(stick), lambda _done: None)


def test_with_the_sheet_a_changed_bit_is_found_on_any_pc(home: Home, stick: Path, tmp_path: Path) -> None:
    sheet = practice.key_sheet(home.seed)
    ended = command(tmp_path / "new", "backup", "verify", "--sheet", str(stick), typed=sheet)
    assert ended.returncode == 0 and "as it was written" in ended.stdout
    content = bytearray(stick.read_bytes())
    content[-1000] ^= 1
    stick.write_bytes(content)
    assert command(tmp_path / "new", "backup", "verify", str(stick)).returncode == 0, "not seen from outside"
    ended = command(tmp_path / "new", "backup", "verify", "--sheet", str(stick), typed=sheet)
    assert ended.returncode == 2 and "as it was written" not in ended.stdout


def test_a_mistyped_number_is_asked_again_alone(home: Home, tmp_path: Path) -> None:
    words = keys.sheet_words(home.seed)
    right, words[4] = words[4], f"{words[4][:5]}{(int(words[4][5]) + 1) % 10}"
    typed = " ".join(words) + "\n"
    ended = command(tmp_path / "new", "restore", str(home.found.path), typed=typed)
    assert ended.returncode == 2 and "第 5 个" in ended.stdout, "nobody answers: it ends"
    ended = command(tmp_path / "new", "restore", str(home.found.path), typed=f"{typed}{right}\n")
    assert ended.returncode == 0, ended.stderr
    assert "患者 patients 3" in ended.stdout


@pytest.mark.parametrize("left", [10, 3000, 100_000])
def test_a_cut_one_is_named_in_the_list_and_at_the_restore(home: Home, stick: Path, tmp_path: Path, left: int) -> None:
    whole = Path(shutil.copy(stick, tmp_path / "whole.xybackup"))
    stick.write_bytes(stick.read_bytes()[:left])
    for words in (("backup", "list"), ("restore",)):
        said = command(tmp_path / "new", *words, str(tmp_path)).stdout
        assert f"no use for a restore: {stick}" in said and f"restore: {whole}" not in said
        assert str(whole) in said
