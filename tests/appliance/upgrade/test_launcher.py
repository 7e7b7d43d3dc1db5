"""The launcher: which version a home starts, and how."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import launcher
from appliance.upgrade.program_home import Home, Journal
from tests.appliance.upgrade import packages


def test_without_a_pointer_the_newest_whole_version_is_started(tmp_path: Path) -> None:
    for name, counter in (("0.1.0-1", 1), ("0.2.0-12", 12), ("0.3.0-13.new", 13), ("0.2.0-2", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / launcher.MANIFEST).write_text(json.dumps({"counter": counter}))
    (tmp_path / "0.9.0-99").mkdir()
    for damaged in ("", "{", "[]", '{"version": "../x"}', '{"version": "0.9.0-99"}'):
        (tmp_path / launcher.POINTER).write_text(damaged)
        assert launcher.version(tmp_path) == tmp_path / "0.2.0-12"


def test_an_empty_home_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert launcher.main(tmp_path, []) == launcher.EXIT_NOTHING
    assert "没有可以启动的程序" in capsys.readouterr().err


def test_a_frozen_program_is_started_as_it_is(tmp_path: Path) -> None:
    (tmp_path / launcher.FROZEN).write_text("")
    assert launcher.command(tmp_path)[0] == [str(tmp_path / launcher.FROZEN)]


@pytest.mark.parametrize("settled", ["0.1.0-1", "0.2.0-2", "", "nonsense"])
def test_as_a_process_it_becomes_the_version_that_fits(settled: str, tmp_path: Path) -> None:
    """The one that the settling names, where it names one; with its own files before any others, and its words."""
    home = Home(tmp_path / "my home")
    home.folder.mkdir()
    for name in ("0.1.0-1", "0.2.0-2"):
        program = packages.program(home.folder / name, name)
        (program / launcher.MANIFEST).write_text("{}")
        (program / "appliance" / "__main__.py").write_text(
            "import sys\nfrom appliance.cli import MARK\n"
            f"print({settled!r} if '--settle' in sys.argv else (MARK, sys.argv[1:]))\n"
            "sys.exit(7 * ('run' in sys.argv))"
        )
    home.put_launcher()
    home.point_to("0.1.0-1", "")
    home.begin(Journal("0.2.0-2", str(tmp_path)))
    (tmp_path / "appliance").mkdir()  # where it is called from, something of the same name
    (tmp_path / "appliance" / "__main__.py").write_text("print('wrong')")
    ended = subprocess.run(
        [sys.executable, str(home.folder / "launcher.py"), "--data", "a b", "run"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    started = "0.2.0-2" if settled == "0.2.0-2" else "0.1.0-1"
    assert (ended.stdout.strip(), ended.returncode) == (str((started, ["--data", "a b", "run"])), 7), ended.stderr


def test_it_needs_nothing_but_python() -> None:
    text = Path(launcher.__file__).read_text("utf-8")
    assert "from appliance" not in text and "from clinic_app" not in text
