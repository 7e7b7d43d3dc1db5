"""Whether a package may be installed here (验证升级包): all of it is read and proved before anything is unpacked."""

import errno
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance import launcher
from appliance.child_process import Progress
from appliance.upgrade import release_key
from appliance.upgrade.manifest import ANY, PRODUCT, PROGRAM, Manifest, parse
from appliance.upgrade.package_file import Reader
from clinic_app.kernel import keys, opening
from clinic_app.kernel.errors import Refused

SUFFIX = ".upgrade"


def this_platform() -> str:
    """Such as `linux-x86_64` or `win32-amd64`."""
    return f"{sys.platform}-{platform.machine().lower()}"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a package is held against: trusted keys, the newest counter here, the floor below which nothing goes."""

    keys: Sequence[Ed25519PublicKey]
    installed: int = 0
    installed_version: str = ""
    floor: int = 0
    platform: str = ""


def verify(path: Path, measure: Measure, report: Progress) -> Manifest:
    """Read a package to its last byte. Refused `package.…` as `Reader`, `parse` and `suits` say; nothing is written."""
    return _through(path, measure, report, None)


@opening.telling_of_disk()
def unpack(path: Path, measure: Measure, folder: Path, report: Progress) -> Manifest:
    """The same once more, into an empty folder, on disk when it returns: a stick may be exchanged in between.

    Refused `kernel.disk_full`, `kernel.disk_failed` too.
    """
    folder.mkdir(mode=0o755)
    found = _through(path, measure, report, folder)
    for one in sorted([path for path in folder.rglob("*") if path.is_dir()], reverse=True):
        keys.sync_folder(one)
    keys.sync_folder(folder)
    return found


def newest_in(folder: Path, measure: Measure) -> Path:
    """Of the packages in a folder the one with the highest counter; one whose signature is wrong does not count.

    Refused `package.none_found`, or why the only ones there are none.
    """
    found, why = [], Refused("package.none_found", folder=str(folder))
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with path.open("rb") as source:
                found.append((_signed(Reader(source), measure)[0].counter, path))
        except OSError as err:
            raise Refused("package.unreadable", reason=err.strerror or "") from err
        except Refused as err:
            why = err
    if not found:
        raise why
    return max(found)[1]


def suits(found: Manifest, measure: Measure) -> None:
    """Refused `package.product`, `.platform`, `.rollback` (not newer than what is here), `.floor` (long replaced)."""
    if found.product != PRODUCT:
        raise Refused("package.product", found=found.product[:40])
    if found.platform not in (ANY, measure.platform or this_platform()):
        raise Refused("package.platform", found=found.platform[:40], here=measure.platform or this_platform())
    if found.counter <= measure.installed:
        raise Refused("package.rollback", found=found.version, here=measure.installed_version or measure.installed)
    if found.counter < measure.floor:
        raise Refused("package.floor", found=found.version)


def _signed(reader: Reader, measure: Measure) -> tuple[Manifest, bytes, bytes]:
    text, signature = reader.manifest()
    release_key.check(measure.keys, text, signature)
    return parse(text), text, signature


def _through(path: Path, measure: Measure, report: Progress, target: Path | None) -> Manifest:
    step = "unpacking" if target else "verifying"
    try:
        with path.open("rb") as source:
            reader = Reader(source)
            found, text, signature = _signed(reader, measure)
            suits(found, measure)
            known, total, done = {one.path for one in found.files}, sum(one.size for one in found.files), 0
            for one in found.files:
                pieces = reader.file(one, known)
                _take(pieces, target / _place(one.path) if target else None)
                if target and one.path == PROGRAM + launcher.FROZEN:
                    (target / launcher.FROZEN).chmod(0o755)
                done += one.size
                report(step, done, total)
            reader.end()
    except OSError as err:
        full = err.errno == errno.ENOSPC
        raise Refused("kernel.disk_full" if full else "package.unreadable", reason=err.strerror or "") from err
    if target:
        for name, content in (("manifest.sig", signature), ("manifest.json", text)):
            _take(iter([content]), target / name)
    return found


def _place(path: str) -> str:
    """The program lies in the folder of its version itself."""
    return path.removeprefix(PROGRAM)


def _take(pieces: Iterator[bytes], target: Path | None) -> None:
    if target is None:
        for _piece in pieces:
            pass
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
