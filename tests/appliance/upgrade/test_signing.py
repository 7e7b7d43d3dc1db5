"""The maintainers' tool: what goes into a package, how it is signed, what it refuses."""

import getpass
from pathlib import Path

import pytest

from appliance.upgrade import release_key, signing
from appliance.upgrade.verifying import Measure, verify
from tests.appliance.upgrade import packages
from tests.appliance.upgrade.test_verifying import silent
from tests.house.source import ROOT, files


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "two words")
    assert signing.main(["make-key", str(tmp_path / "release")]) == 0
    return tmp_path / "release"


def test_what_the_tool_signs_a_clinic_takes(key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = packages.program(tmp_path / "program")
    given = ["sign", str(program), "--key", str(key), "--counter", "8", "--version", "1.2.3", "--to", str(tmp_path)]
    assert signing.main(given) == 2 and "make messages" in capsys.readouterr().err
    (program / "locales").mkdir()
    (program / "locales" / "kernel.mo").write_bytes(b"x")
    assert signing.main([*given, "--least", "7", "--expires", "2028-12-31"]) == 0
    found = verify(tmp_path / "xiangyi-1.2.3.upgrade", Measure(release_key.trusted(tmp_path)), silent)
    assert (found.counter, found.least, found.version, found.expires) == (8, 7, "1.2.3", 1861833600000)
    assert found.schema == {"kernel": "0001_kernel"}


def test_a_manifest_that_a_clinic_would_refuse_is_not_signed(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = packages.program(tmp_path / "program")
    (program / "locales").mkdir()
    (program / "locales" / "kernel.mo").write_bytes(b"x")
    (program / "appliance" / "aux.py").write_text("")
    given = ["sign", str(program), "--key", str(key), "--counter", "8", "--version", "1", "--to", str(tmp_path)]
    assert signing.main(given) == 2
    assert "package.name" in capsys.readouterr().err


def test_everything_that_runs_goes_into_a_package_and_nothing_else() -> None:
    names = {name.removeprefix("program/") for name, _path in signing.contents(ROOT)}
    rooms = ("appliance/", "clinic_app/", "devices/", "sync/", "print_templates/")
    wanted = {path.relative_to(ROOT).as_posix() for path in files("") if not path.name.endswith(".po")}
    assert {name for name in wanted if name.startswith(rooms)} <= names
    assert not [name for name in names if name.startswith(("tests/", ".")) or name.endswith((".pyc", ".po"))]
    assert any(name.endswith("en/LC_MESSAGES/appliance.mo") for name in names)


def test_the_newest_steps_are_those_that_the_program_knows() -> None:
    from clinic_app import registry

    known: dict[str, str] = {}
    for step in registry.migration_steps():
        known[step.subject] = step.name
    assert signing.newest_steps(ROOT) == known


def test_keys_made_for_releases_sign_and_are_kept_to_their_owner(tmp_path: Path) -> None:
    signing.make_key(tmp_path / "release", b"secret words")
    kept = tmp_path / "release"
    assert kept.stat().st_mode & 0o777 == 0o600 and b"ENCRYPTED" in kept.read_bytes()
    assert len(release_key.trusted(tmp_path)) == 1
    with pytest.raises(FileExistsError):
        signing.make_key(tmp_path / "release", b"x")
