"""What is documented is what is there: settings, commands, refusal codes, the two commands of the README."""

import contextlib
import re
import subprocess
import sys

from appliance.messages import LOCALES, refusal_table
from clinic_app import config
from tests.house.source import ROOT
from tests.house.test_messages import codes_in_use

COMMANDS = (
    "run", "check", "doctor", "bundle", "service", "backup", "restore", "import", "key", "upgrade", "reset-admin",
    "new-module",
)  # fmt: skip


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "appliance" / "SETTINGS.md").read_text("utf-8")
    for option in config.OPTIONS:
        assert f"`{option.name}`" in text and f"CLINIC_{option.name.upper()}" in text, option.name
        assert str(option.default) in text, option.name
    listed = set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))
    assert listed == {option.name for option in config.OPTIONS}


def test_every_command_is_documented_and_explains_itself() -> None:
    text = (ROOT / "appliance" / "COMMANDS.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"`clinic {command}" in text, command
        said = subprocess.run(
            [sys.executable, "-m", "appliance", command, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0 and "usage: clinic" in said.stdout, command


def test_every_refusal_code_is_documented() -> None:
    text = (ROOT / "clinic_app" / "REFUSALS.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([\w.]+)`", text, re.MULTILINE))
    assert set(codes_in_use()) <= listed
    assert text == refusal_table(LOCALES)


def test_the_readme_names_the_two_commands_and_fits_a_page() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in text and "make test" in text
    assert text.count("\n") <= 70
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
        assert (ROOT / picture).exists(), picture


def test_the_version_stands_in_one_place() -> None:
    from importlib.metadata import PackageNotFoundError, version

    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert re.findall(r'^version = "([^"]+)"', text, re.MULTILINE) == ["0.1.0"]
    assert "## 0.1.0" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    with contextlib.suppress(PackageNotFoundError):  # the checkout may be run without being installed
        assert version("xiangyi") == "0.1.0"


def test_every_make_target_is_listed_by_make() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("run", "test", "lint", "faults", "mutate", "bench"):
        assert f"make {target} " in listed
