"""Where backups lie (备份位置): the data folder, and targets on other disks, a volume being found by a mark on it."""

import contextlib
import json
import os
import secrets
import shutil
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.file_format import KINDS, PART, SUFFIX, Found, find
from appliance.backup.keeping import Kept
from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

LOCAL = "backups"
SCRATCH = "making"
FOLDER, VOLUME = "folder", "volume"
ON_VOLUME = "xiangyi-backup"
MARK = "target.json"
REAL_DISKS = frozenset({
    "vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk", "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "hfsplus",
    "apfs", "udf", "zfs",
})  # fmt: skip
NO_TARGETS = ("/boot", "/snap", "/etc", "/usr", "/var/lib")


@dataclass(frozen=True, slots=True)
class Volume:
    """A disk or stick that is there now; `target_id` is its mark, "" where it has none."""

    root: Path
    free: int
    target_id: str


def local_folder(data: Path, kind: str) -> Path:
    return data / LOCAL / kind


def local_backups(data: Path) -> list[Found]:
    """The readable backups of the data folder, the newest first."""
    return _readable(_files(data))


def listed(data: Path) -> frozenset[tuple[str, int]]:
    """Names and times of change of what lies there, without reading any of it."""
    found = set()
    for path in _files(data):
        with contextlib.suppress(OSError):  # gone just now
            found.add((str(path), path.stat().st_mtime_ns))
    return frozenset(found)


def _files(data: Path) -> list[Path]:
    """The four kinds' folders by name: that of a making comes and goes, and a listing that meets it then breaks off.

    Every page asks; a folder that cannot be read is none, and the chip says what is missing.
    """
    found: list[Path] = []
    for kind in KINDS:
        folder = local_folder(data, kind)
        with contextlib.suppress(OSError):
            found += [folder / name for name in os.listdir(folder) if name.endswith(SUFFIX)]
    return found


def backups_in(folder: Path) -> list[Found]:
    """The readable backups of a folder, and of the clinic folders in it, the newest first."""
    return _readable([*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*/*{SUFFIX}"), *folder.glob(f"*/*/*{SUFFIX}")])


def unreadable(folder: Path) -> list[Path]:
    """Files with a backup's name whose facts cannot be read, or that are shorter than they say: cut or damaged."""
    names = (f"*{SUFFIX}", f"*/*{SUFFIX}", f"*/*/*{SUFFIX}")
    paths = sorted(path for name in names for path in folder.glob(name) if path.is_file())
    return [path for path in paths if not _is_whole(path)]


def _is_whole(path: Path) -> bool:
    try:
        return find(path).stream_bytes >= find(path).header.bytes
    except Refused:
        return False


def as_kept(found: Iterable[Found], key_mark: str) -> list[Kept]:
    """This clinic's backups for the rules of keeping; another clinic's in the same place are nobody's business."""
    return [
        Kept(str(one.path), one.header.kind, one.header.made_at, one.size)
        for one in found if one.header.key_mark == key_mark
    ]  # fmt: skip


def remove(kept: Iterable[Kept]) -> None:
    for one in kept:
        Path(one.name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a cut or a full disk left under a temporary name."""
    for path in folder.glob(f"*{PART}"):
        path.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder that may not be there yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def volumes(roots: Iterable[Path] | None = None, *, beside: Path | None = None) -> list[Volume]:
    """Every other disk and stick that is there now and can be written; none that holds the folder `beside`."""
    found = []
    for root in _roots() if roots is None else roots:
        try:
            if os.access(root, os.W_OK) and not (beside and is_on_disk_of(beside, root)):
                found.append(Volume(root, shutil.disk_usage(root).free, _mark_of(root)))
        except OSError:  # pulled out just now
            continue
    return found


def mark(root: Path) -> str:
    """Make a volume a target: a small file on it says which; one that has it keeps it. Refused when it cannot."""
    if known := _mark_of(root):
        return known
    target_id = secrets.token_hex(8)
    try:
        folder = root / ON_VOLUME
        folder.mkdir(exist_ok=True)
        part = folder / (MARK + PART)
        with part.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"target": target_id}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        rename(part, folder / MARK)  # a stick pulled out before leaves no half mark
        keys.sync_folder(folder)
    except OSError as err:
        raise Refused("backup.target_unwritable", place=shown(root), reason=err.strerror or "") from err
    return target_id


def shown(place: str | os.PathLike[str]) -> str:
    """A place as it can be stored and drawn: a disk's name need not be UTF-8."""
    return os.fsencode(place).decode("utf-8", "replace")


def is_on_disk_of(data: Path, place: Path) -> bool:
    """Whether a place lies on the file system of the data folder: what breaks the one breaks the other."""
    return place.stat().st_dev == data.stat().st_dev


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each of them there after a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    keys.sync_folder(folder.parent)


def folder_of(kind: str, place: str, code: str) -> Path:
    """Where a target's files lie now. Refused `backup.target_missing` when its disk is not there."""
    if kind == FOLDER:
        root = Path(place)
        if not root.is_dir() or not _mark_of(root):  # an empty mount point is no network disk
            raise Refused("backup.target_missing", place=place)
        return root / f"{ON_VOLUME}-{code}"
    for volume in volumes():
        if volume.target_id == place:
            return volume.root / ON_VOLUME / code
    raise Refused("backup.target_missing", place=place)


def _readable(paths: Iterable[Path]) -> list[Found]:
    found = []
    for path in paths:
        try:
            found.append(find(path))
        except Refused:
            continue
    return sorted(found, key=lambda one: (one.header.made_at, one.path.name), reverse=True)


def _mark_of(root: Path) -> str:
    try:
        said = json.loads((root / ON_VOLUME / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    target = said.get("target") if isinstance(said, dict) else None
    return target if isinstance(target, str) and target.isalnum() else ""


def _roots() -> Iterator[Path]:
    if sys.platform == "win32":
        system = Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\")
        drives = (Path(f"{letter}:\\") for letter in string.ascii_uppercase)
        yield from (drive for drive in drives if drive != system and drive.is_dir())
    elif sys.platform == "darwin":
        yield from (path for path in Path("/Volumes").iterdir() if path.is_dir())
    else:
        for line in _mounts().splitlines():
            _device, where, kind_of_disk, *_rest = line.split(b" ")
            path, kind = os.fsdecode(where.decode("unicode_escape").encode("latin-1")), kind_of_disk.decode("latin-1")
            if kind in REAL_DISKS and path != "/" and not path.startswith(NO_TARGETS):
                yield Path(path)


def _mounts() -> bytes:
    """What is mounted, with names as they are: one that is not UTF-8 hides no other disk."""
    return Path("/proc/self/mounts").read_bytes()
