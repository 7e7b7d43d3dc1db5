"""Row 44 of the fault matrix: rollback, freeze, mix, endless, wrong key, expired, cut: whole or refused."""

import errno
import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from appliance import launcher
from appliance.upgrade import manifest as manifests
from appliance.upgrade import package_file, release_key, verifying
from appliance.upgrade.manifest import File, Manifest
from appliance.upgrade.verifying import Measure, newest_in, unpack, verify
from clinic_app.kernel.errors import Refused
from tests.appliance.upgrade import packages
from tests.appliance.upgrade.packages import MEASURE, OTHER_KEY, bytes_of, describe, members, with_file


def silent(_step: str, _done: int, _of: int) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages.program(tmp_path_factory.mktemp("program"), "new")


@pytest.fixture(scope="module")
def good(folder: Path) -> bytes:
    return bytes_of(members(folder, describe(folder)))


def code_of(content: bytes, room: Path, measure: Measure = MEASURE) -> str:
    """The refusal of a package, or "" when it is taken; nothing is ever written where it would be unpacked."""
    path = room / "x.upgrade"
    path.write_bytes(content)
    try:
        verify(path, measure, silent)
    except Refused as err:
        assert err.code.startswith("package."), err.code
        return err.code
    finally:
        assert [one.name for one in room.iterdir()] == ["x.upgrade"]
    return ""


def test_a_right_package_is_taken_and_unpacked_as_it_was(folder: Path, good: bytes, tmp_path: Path) -> None:
    assert code_of(good, tmp_path) == ""
    found = unpack(tmp_path / "x.upgrade", MEASURE, tmp_path / "out", silent)
    out = {path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    wanted = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    assert {name: text for name, text in out.items() if name.stem != "manifest"} == wanted
    assert found.counter == 5 and manifests.parse((tmp_path / "out" / "manifest.json").read_bytes()) == found


def test_a_frozen_program_can_be_run_once_it_is_unpacked(tmp_path: Path) -> None:
    program = tmp_path / "frozen"
    program.mkdir()
    (program / launcher.FROZEN).write_text("#!/bin/sh\n")
    packages.package(program, tmp_path)
    unpack(tmp_path / "xiangyi-0.5.0.upgrade", MEASURE, tmp_path / "out", silent)
    assert os.access(tmp_path / "out" / launcher.FROZEN, os.X_OK)


def test_a_disk_that_is_full_while_it_is_unpacked_is_a_sentence(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(good, tmp_path) == ""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused) as refused:
        unpack(tmp_path / "x.upgrade", MEASURE, tmp_path / "out", silent)
    assert refused.value.code == "kernel.disk_full"


def test_where_nothing_can_be_unpacked_it_is_a_sentence(good: bytes, tmp_path: Path) -> None:
    """Something lies there already: as good as a disk that takes no folder."""
    assert code_of(good, tmp_path) == ""
    (tmp_path / "out").mkdir()
    with pytest.raises(Refused, match=r"kernel\.disk_failed"):
        unpack(tmp_path / "x.upgrade", MEASURE, tmp_path / "out", silent)


def test_any_tool_can_look_into_a_package(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(good)
    with zipfile.ZipFile(tmp_path / "x.zip") as opened:
        assert opened.testzip() is None and opened.namelist()[:2] == ["manifest.json", "manifest.sig"]


def mixed(folder: Path, manifest: Manifest) -> bytes:
    """A file of an older package, as well signed as it was there."""
    found = dict(members(folder, manifest)) | {"program/clinic_app/large.txt": b"old" + b"x" * 9_000}
    return bytes_of(found.items())


def swapped(folder: Path, manifest: Manifest) -> bytes:
    """The manifest of one release with the signature of another."""
    other = members(folder, replace(manifest, counter=9))
    return bytes_of([members(folder, manifest)[0], other[1], *members(folder, manifest)[2:]])


def without(folder: Path, manifest: Manifest, name: str) -> bytes:
    return bytes_of([one for one in members(folder, manifest) if one[0] != name])


def with_more(folder: Path, manifest: Manifest, at: int) -> bytes:
    found = members(folder, manifest)
    return bytes_of([*found[:at], ("program/more.py", b"x"), *found[at:]])


Made = Callable[[Path, Manifest], bytes]
ATTACKS: dict[str, tuple[str, Made]] = {
    "rollback: the counter of the running program": (
        "package.rollback", lambda folder, one: bytes_of(members(folder, replace(one, counter=4)))),
    "rollback: an older one": (
        "package.rollback", lambda folder, one: bytes_of(members(folder, replace(one, counter=1)))),
    "mix: a file of another package": ("package.changed", mixed),
    "mix: the signature of another package": ("package.signature", swapped),
    "wrong key": ("package.signature", lambda folder, one: bytes_of(members(folder, one, OTHER_KEY))),
    "another program": ("package.product", lambda folder, one: bytes_of(members(folder, replace(one, product="x")))),
    "another platform": (
        "package.platform", lambda folder, one: bytes_of(members(folder, replace(one, platform="mars")))),
    "a later format": ("package.newer_format", lambda folder, one: bytes_of(members(folder, replace(one, format=2)))),
    "facts that are none": ("package.format", lambda folder, one: bytes_of(members(folder, replace(one, counter="5")))),  # type: ignore[arg-type]
    "missing file": (
        "package.missing", lambda folder, one: without(folder, one, "program/appliance/cli.py")),
    "missing last file": ("package.missing", lambda folder, one: without(folder, one, "program/requirements.txt")),
    "missing signature": ("package.missing", lambda folder, one: without(folder, one, "manifest.sig")),
    "missing manifest": ("package.not_one", lambda folder, one: without(folder, one, "manifest.json")),
    "extra file in between": ("package.extra", lambda folder, one: with_more(folder, one, 4)),
    "extra file at the end": (
        "package.extra", lambda folder, one: with_more(folder, one, len(members(folder, one)))),
    "something behind the end": ("package.changed", lambda folder, one: bytes_of(members(folder, one)) + b"x"),
    "endless: files that add up": (
        "package.too_large", lambda folder, one: bytes_of(members(folder, with_file(one, "program/z", 1 << 40)))),
    "endless: too many files": ("package.too_large", lambda folder, one: bytes_of(members(folder, replace(
        one, files=tuple(File(f"program/{n}", 0, "0" * 64) for n in range(manifests.MOST_FILES + 1)))))),
    "endless: a manifest of gigabytes": (
        "package.too_large", lambda folder, one: package_file._local("manifest.json", 0, 1 << 31) + b"{" * 99),
    "no package at all": ("package.not_one", lambda _folder, _one: b"MZ" + b"\0" * 500),
    "an empty file": ("package.cut", lambda _folder, _one: b""),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_its_own_code(attack: str, folder: Path, tmp_path: Path) -> None:
    code, make = ATTACKS[attack]
    assert code_of(make(folder, describe(folder)), tmp_path) == code


def test_freeze_what_was_withdrawn_is_not_installed_though_it_is_newer(folder: Path, tmp_path: Path) -> None:
    newer_than_here = replace(MEASURE, floor=6)
    assert code_of(bytes_of(members(folder, describe(folder, 5))), tmp_path, newer_than_here) == "package.floor"
    assert code_of(bytes_of(members(folder, describe(folder, 6))), tmp_path, newer_than_here) == ""


def test_a_package_past_its_date_is_taken_for_a_clock_may_be_wrong(folder: Path, tmp_path: Path) -> None:
    assert code_of(bytes_of(members(folder, describe(folder, expires=1))), tmp_path) == ""


def test_without_a_release_key_nothing_is_installed(good: bytes, tmp_path: Path) -> None:
    assert code_of(good, tmp_path, replace(MEASURE, keys=())) == "package.no_key"
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "broken.pub").write_text("no key")
    assert release_key.trusted(tmp_path / "keys") == ()
    assert len(release_key.trusted()) == 1, "the program brings a key"


NAMES = (
    "program/../x", "program/a/../../x", "/etc/passwd", "program//x", "program/./x", "C:/x", "program/C:x", "x.py",
    "program/a\\b", "program/nul", "program/NUL.txt", "program/com1.py", "program/Aux/x", "program/a.", "program/a ",
    "program/a\nb", "program/a\0b", "program/a*", "program/e\u0301", "program/" + "a" * 101,
    "program/" + "a/" * 99 + "b",
    "program/", "program", "wheels/../x", "program/manifest.json", "program/Manifest.sig", "program/site/x.py",
    "program/appliance/CLI.py", "program/APPLIANCE/x.py", "program/appliance/cli.py", "program/appliance/cli.py/x",
    "program/appliance",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leaves_its_folder_or_means_two_things_is_refused_though_signed(
    name: str, folder: Path, tmp_path: Path
) -> None:
    manifest = with_file(describe(folder), name)
    assert code_of(bytes_of([*members(folder, manifest), (name, b"x")]), tmp_path) == "package.name"


def test_a_package_cut_anywhere_is_refused(good: bytes, tmp_path: Path) -> None:
    places = [len(good) * number // 50 for number in range(50)] + [len(good) - 1]
    assert {code_of(good[:place], tmp_path) for place in places} == {"package.cut"}


def test_a_byte_changed_anywhere_is_refused(good: bytes, tmp_path: Path) -> None:
    rnd = random.Random(1)
    places = [rnd.randrange(len(good)) for _ in range(100)] + [*range(60), *range(len(good) - 140, len(good))]
    codes = {}
    for place in places:
        changed = bytearray(good)
        changed[place] ^= 1 << rnd.randrange(8)
        codes[place] = code_of(bytes(changed), tmp_path)
    assert "" not in codes.values(), [place for place, code in codes.items() if not code]
    assert len(codes) >= 250 and len(set(codes.values())) >= 4


def test_a_verifier_without_signature_and_sums_takes_some_of_them(folder: Path, good: bytes, tmp_path: Path) -> None:
    """The negative control: what finds nothing with its eyes shut had them open before."""
    manifest = describe(folder)
    with patch.object(release_key, "check", lambda *_given: None):
        assert code_of(bytes_of(members(folder, manifest, OTHER_KEY)), tmp_path) == ""
        assert code_of(swapped(folder, manifest), tmp_path) == ""

    class NoSum:
        @staticmethod
        def sha256() -> "NoSum":
            return NoSum()

        def update(self, _piece: bytes) -> None:
            pass

        def hexdigest(self) -> str:
            return next(sums)

    sums = iter(one.sha256 for one in manifest.files)
    with patch.object(package_file, "hashlib", NoSum):
        assert code_of(mixed(folder, manifest), tmp_path) == ""


def test_of_a_stick_the_newest_is_taken_and_a_forged_one_does_not_count(folder: Path, tmp_path: Path) -> None:
    for counter in (5, 7, 6):
        packages.package(folder, tmp_path, counter)
    packages.package(folder, tmp_path, 9, OTHER_KEY)
    assert newest_in(tmp_path, MEASURE).name == "xiangyi-0.7.0.upgrade"


@pytest.mark.parametrize("has_forged", [False, True])
def test_a_stick_without_a_package_is_a_sentence(has_forged: bool, folder: Path, tmp_path: Path) -> None:
    if has_forged:
        packages.package(folder, tmp_path, 9, OTHER_KEY)
    with pytest.raises(Refused) as refused:
        newest_in(tmp_path, MEASURE)
    assert refused.value.code == ("package.signature" if has_forged else "package.none_found")


def test_a_file_that_changes_between_proving_and_unpacking_is_found(good: bytes, tmp_path: Path) -> None:
    assert code_of(good, tmp_path) == ""
    (tmp_path / "x.upgrade").write_bytes(good[:-600] + b"x" + good[-599:])
    with pytest.raises(Refused):
        unpack(tmp_path / "x.upgrade", MEASURE, tmp_path / "out", silent)


def test_nothing_in_the_environment_changes_whom_a_program_trusts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(Path(module.__file__ or "").read_text("utf-8") for module in (release_key, verifying))
    assert "environ" not in text and "getenv" not in text
