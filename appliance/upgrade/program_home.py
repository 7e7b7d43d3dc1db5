"""Where versions of the program lie side by side (程序文件夹), and which of them is started.

    HOME/launcher.py                 starts the version that `current` names
    HOME/current                     {"version": "0.2.0-7", "former": "0.1.0-3"}
    HOME/floor                       the highest `least` ever seen: nothing below it is installed again
    HOME/upgrading.json              while schema and pointer are being changed: what becomes what, for which clinic
    HOME/0.2.0-7/                    a program with its manifest
    HOME/0.3.0-8.new/                one that is being unpacked

A file is exchanged as a whole; a cut leaves the old one or the new one.
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance import launcher
from appliance.upgrade.manifest import VERSION, Manifest, parse
from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER, FLOOR, NEW = "launcher.py", "floor", ".new"
VERSION_FOLDER = re.compile(rf"{VERSION.pattern}-[0-9]+({re.escape(NEW)})?")


@dataclass(frozen=True, slots=True)
class Journal:
    """What an upgrade or the way back is about to change: the version `to`, the clinic in `data`."""

    to: str
    data: str
    is_back: bool = False


def release_of(folder: Path) -> Manifest | None:
    """What the program in a folder says of itself; None in a checkout, or installed otherwise."""
    try:
        return parse((folder / launcher.MANIFEST).read_bytes())
    except (OSError, Refused):
        return None


def running() -> Manifest | None:
    """The release of the running program."""
    return release_of(ROOT)


@dataclass(frozen=True, slots=True)
class Home:
    folder: Path

    @property
    def current(self) -> str:
        """The folder of the version that is started; "" before the first."""
        found = launcher.version(self.folder)
        return found.name if found else ""

    @property
    def former(self) -> str:
        """The version of before, while it is still there; "" else."""
        name = launcher.told(self.folder / launcher.POINTER).get("former")
        return name if isinstance(name, str) and name and release_of(self.folder / name) else ""

    def release(self, name: str) -> Manifest | None:
        return release_of(self.folder / name) if name else None

    def point_to(self, name: str, former: str) -> None:
        """From the next start on this version is started; on disk when it returns."""
        exchange(self.folder / launcher.POINTER, json.dumps({"version": name, "former": former}).encode() + b"\n")

    @property
    def floor(self) -> int:
        try:
            return int((self.folder / FLOOR).read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def raise_floor(self, least: int) -> None:
        if least > self.floor:
            exchange(self.folder / FLOOR, f"{least}\n".encode())

    @property
    def journal(self) -> Journal | None:
        """What was begun and neither finished nor undone."""
        told = launcher.told(self.folder / launcher.JOURNAL)
        try:
            return Journal(str(told["to"]), str(told["data"]), bool(told["is_back"]))
        except KeyError:
            return None

    def begin(self, journal: Journal) -> None:
        exchange(self.folder / launcher.JOURNAL, json.dumps(asdict(journal), ensure_ascii=False).encode() + b"\n")

    def end(self) -> None:
        (self.folder / launcher.JOURNAL).unlink(missing_ok=True)
        keys.sync_folder(self.folder)

    def put_launcher(self) -> None:
        """The running program's; an older one starts newer versions as well, so a cut does no harm."""
        text = Path(launcher.__file__).read_bytes()
        target = self.folder / LAUNCHER
        if not target.exists() or target.read_bytes() != text:
            exchange(target, text)

    def sweep(self, keep: set[str]) -> None:
        """Remove versions that nobody needs any more, and what was being unpacked when the power went."""
        for path in self.folder.iterdir():
            if path.is_dir() and VERSION_FOLDER.fullmatch(path.name) and path.name not in keep:
                remove(path)


def remove(folder: Path) -> None:
    """A version goes with its manifest first: half of one must not be taken for a whole one."""
    (folder / launcher.MANIFEST).unlink(missing_ok=True)
    keys.sync_folder(folder)
    shutil.rmtree(folder)


def of_running() -> Home | None:
    """The home that the running program lies in; None in a checkout, or installed otherwise."""
    release = running()
    return Home(ROOT.parent) if release and ROOT.name == release.name else None


def may_be_home(folder: Path) -> bool:
    """Whether a folder is empty, or missing, or holds nothing but what a home holds, a first try that was cut too."""
    if not folder.is_dir():
        return not folder.exists()
    own = {LAUNCHER, FLOOR, launcher.POINTER, launcher.JOURNAL, "run.lock"}
    return all(
        path.name.removesuffix(NEW) in own or VERSION_FOLDER.fullmatch(path.name) for path in folder.iterdir()
    )


def exchange(path: Path, content: bytes) -> None:
    """A file as a whole: written beside, on disk, then renamed."""
    new = path.with_name(path.name + NEW)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    rename(new, path)
    keys.sync_folder(path.parent)
