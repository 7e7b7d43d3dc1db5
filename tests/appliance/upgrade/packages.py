"""Packages for tests: a small program, a key of the tests' own, and every way of making a package wrong."""

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.upgrade import package_file, release_key, signing
from appliance.upgrade.manifest import File, Manifest
from appliance.upgrade.verifying import SUFFIX, Measure

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
TRUSTED = (KEY.public_key(),)
PLATFORM = "test-pc"
MEASURE = Measure(TRUSTED, installed=4, installed_version="0.4.0", floor=3, platform=PLATFORM)
Members = list[tuple[str, bytes]]


def program(folder: Path, mark: str = "") -> Path:
    """A program of a few files."""
    for name, text in {
        "appliance/__init__.py": "",
        "appliance/cli.py": f"MARK = {mark!r}\n",
        "clinic_app/large.txt": mark + "x" * 9_000,
        "clinic_app/kernel/empty.txt": "",
        "clinic_app/kernel/migrations/0001_kernel.py": "SQL = ''\n",
        "requirements.txt": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def describe(folder: Path, counter: int = 5, **facts: object) -> Manifest:
    found = signing.describe(folder, signing.contents(folder), counter=counter, version=f"0.{counter}.0")
    return replace(found, **facts)  # type: ignore[arg-type]


def members(folder: Path, manifest: Manifest, key: Ed25519PrivateKey = KEY) -> Members:
    """What a right package of the folder holds, in its order."""
    text, by_name = manifest.encoded(), dict(signing.contents(folder))
    own = [(package_file.MANIFEST, text), (package_file.SIGNATURE, release_key.sign(key, text))]
    return own + [(one.path, by_name[one.path].read_bytes()) for one in manifest.files if one.path in by_name]


def bytes_of(what: Iterable[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    package_file.write(file, what)
    return file.getvalue()


def package(folder: Path, target: Path, counter: int = 5, key: Ed25519PrivateKey = KEY, **facts: object) -> Path:
    """A right package in the folder `target`."""
    made = target / f"xiangyi-0.{counter}.0{SUFFIX}"
    made.write_bytes(bytes_of(members(folder, describe(folder, counter, **facts), key)))
    return made


def with_file(manifest: Manifest, path: str, size: int = 1) -> Manifest:
    """A manifest, well signed, that names one more file."""
    return replace(manifest, files=(*manifest.files, File(path, size, "0" * 64)))
