"""For the maintainers: `python -m appliance.upgrade.signing make-key | sign`; see release_keys/README.md.

The private key never lies on a PC with a network longer than a release takes.
"""

import argparse
import getpass
import hashlib
import os
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from appliance.upgrade import package_file, release_key
from appliance.upgrade.manifest import ANY, FORMAT, PRODUCT, PROGRAM, WHEELS, File, Manifest, parse
from appliance.upgrade.verifying import SUFFIX
from clinic_app.kernel.clock import SystemTime
from clinic_app.kernel.errors import Refused

PARTS = (
    "appliance", "clinic_app", "devices", "sync", "locales", "print_templates", "pyproject.toml", "requirements.txt",
    "LICENSE", "README.md", "CHANGELOG.md",
)  # fmt: skip
LEFT_OUT = (".pyc", ".po", ".pyo")


def make_key(path: Path, passphrase: bytes) -> None:
    """A new pair: `path` for the safe, `path`.pub for `release_keys/`. Fails where one of them is there."""
    key = Ed25519PrivateKey.generate()
    kept = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept))
    public = path.with_name(path.name + release_key.SUFFIX)
    with public.open("xb") as file:
        file.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def contents(folder: Path, wheels: Path | None = None) -> list[tuple[str, Path]]:
    """What goes into a package, by the name that it has there: of a checkout what runs, of anything else all of it."""
    parts = [folder / name for name in PARTS] if (folder / "appliance").is_dir() else [folder]
    found = []
    for part in parts:
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if path.is_file() and path.suffix not in LEFT_OUT:
                found.append((PROGRAM + path.relative_to(folder).as_posix(), path))
    for path in sorted(wheels.glob("*.whl")) if wheels else []:
        found.append((WHEELS + path.name, path))
    return sorted(found)


def newest_steps(folder: Path) -> dict[str, str]:
    """The name of the newest step of the schema by subject."""
    found = {}
    for path in [folder / "clinic_app" / "kernel", *(folder / "clinic_app" / "modules").glob("*")]:
        if steps := sorted(step.stem for step in path.glob("migrations/[0-9]*.py")):
            found[path.name] = steps[-1]
    return found


def describe(
    folder: Path, files: list[tuple[str, Path]], *, counter: int, least: int = 0, version: str = "",
    platform: str = ANY, expires: int | None = None,
) -> Manifest:  # fmt: skip
    """The manifest of these files; the version is that of `pyproject.toml` where none is given."""
    if not version:
        version = str(tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    rows = []
    for name, path in files:
        content = path.read_bytes()
        rows.append(File(name, len(content), hashlib.sha256(content).hexdigest()))
    libraries = folder / "requirements.txt"
    digest = hashlib.sha256(libraries.read_bytes() if libraries.exists() else b"").hexdigest()
    made = SystemTime().wall_ms()
    return Manifest(
        FORMAT, PRODUCT, version, counter, least, platform, made, expires, digest, newest_steps(folder), tuple(rows)
    )


def pack(target: Path, manifest: Manifest, files: list[tuple[str, Path]], key: Ed25519PrivateKey) -> None:
    """Write the package. Refused as a clinic would refuse its manifest."""
    text = manifest.encoded()
    parse(text)
    own = [(package_file.MANIFEST, text), (package_file.SIGNATURE, release_key.sign(key, text))]
    by_name = dict(files)
    with target.open("xb") as file:
        package_file.write(file, (*own, *((one.path, by_name[one.path].read_bytes()) for one in manifest.files)))


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    if given.action == "make-key":
        passphrase = getpass.getpass("passphrase: ")
        if passphrase != getpass.getpass("again: ") or not passphrase:
            print("The passphrases differ, or are empty. Nothing was made.", file=sys.stderr)
            return 2
        make_key(given.file, passphrase.encode())
        return 0
    if not list(given.folder.glob("**/*.mo")):
        print("The languages are not compiled: make messages.", file=sys.stderr)
        return 2
    key = load_pem_private_key(given.key.read_bytes(), getpass.getpass("passphrase: ").encode() or None)
    if not isinstance(key, Ed25519PrivateKey):
        print(f"{given.key} is no Ed25519 key.", file=sys.stderr)
        return 2
    files = contents(given.folder, given.wheels)
    expires = datetime.fromisoformat(given.expires).replace(tzinfo=UTC) if given.expires else None
    manifest = describe(
        given.folder, files, counter=given.counter, least=given.least, version=given.version, platform=given.platform,
        expires=int(expires.timestamp() * 1000) if expires else None,
    )  # fmt: skip
    target = given.to / f"xiangyi-{manifest.version}{SUFFIX}"
    try:
        pack(target, manifest, files, key)
    except Refused as err:
        print(f"{err.code} {err.facts}", file=sys.stderr)
        return 2
    print(target)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m appliance.upgrade.signing", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    make = actions.add_parser("make-key", help="a new pair of keys: FILE and FILE.pub")
    make.add_argument("file", type=Path)
    sign = actions.add_parser("sign", help="make the package of a program")
    sign.add_argument("folder", type=Path, help="a checkout, or the folder of a frozen program")
    sign.add_argument("--key", type=Path, required=True, help="the private key")
    sign.add_argument("--counter", type=int, required=True, help="one more than that of the release before")
    sign.add_argument("--least", type=int, default=0, help="the lowest counter that may still be installed")
    sign.add_argument("--expires", default="", help="a day after which a clinic is told that there may be a newer one")
    sign.add_argument("--platform", default=ANY, help="such as linux-x86_64, where files of one platform are in it")
    sign.add_argument("--version", default="", help="where there is no pyproject.toml")
    sign.add_argument("--wheels", type=Path, help="a folder with the wheels of requirements.txt")
    sign.add_argument("--to", type=Path, default=Path(), help="the folder for the package")
    return parser


if __name__ == "__main__":
    sys.exit(main())
