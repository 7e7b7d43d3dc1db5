"""Records what SQLite asks of the disk: an apsw VFS named "rec".

It goes underneath the page cipher (open with `vfs="multipleciphers-rec"`), so the tape holds what a disk would hold.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import apsw

VFS_NAME = "rec"
INDEX_FRONT_BYTES = 96
# SQLite syncs the DIRECTORY too at the first sync of such a file that it has just created.
JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL


class Opened(NamedTuple):
    file: str
    is_new_journal: bool


class Wrote(NamedTuple):
    file: str
    offset: int
    data: bytes


class Truncated(NamedTuple):
    file: str
    size: int


class Synced(NamedTuple):
    file: str


class Deleted(NamedTuple):
    file: str
    directory_synced: bool


class Renamed(NamedTuple):
    """A file or a folder of files; atomic, but on the disk only after the directory is synced."""

    source: str
    target: str


class DirectorySynced(NamedTuple):
    """The names in a folder of the tape; "" is the tape's own."""

    directory: str


class IndexSeen(NamedTuple):
    """The front of a wal-index (-shm); it is mapped memory that nobody syncs, any state of it may reach the disk."""

    file: str
    front: bytes


class Acknowledged(NamedTuple):
    what: Any


Event = Opened | Wrote | Truncated | Synced | Deleted | Renamed | DirectorySynced | IndexSeen | Acknowledged


@dataclass
class Tape:
    """The files of one folder as they were at the start, and everything that happened to them since, in order."""

    folder: Path
    before: dict[str, bytes]
    disk_lies: bool = False
    events: list[Event] = field(default_factory=list)
    _index_fronts: dict[str, bytes] = field(default_factory=dict)

    def acknowledge(self, what: Any) -> None:
        """Mark that somebody was told `what` is done; from here on it may not be lost."""
        for log in list(self._index_fronts):
            self.see_index(log)
        self.events.append(Acknowledged(what))

    def name_of(self, path: str | None) -> str | None:
        """Below the folder of the tape, "incoming-1.part/clinic.sqlite3" too; None for what lies elsewhere."""
        if path is None or self.folder not in Path(path).parents:
            return None
        return Path(path).relative_to(self.folder).as_posix()

    def see_index(self, log: str) -> None:
        index = log.removesuffix("-wal") + "-shm"
        try:
            # Closing this handle drops POSIX locks on the index; harmless, as only this process uses the database.
            with (self.folder / index).open("rb") as file:
                front = file.read(INDEX_FRONT_BYTES)
        except FileNotFoundError:
            return
        if front != self._index_fronts.get(log):
            self._index_fronts[log] = front
            self.events.append(IndexSeen(index, front))

    def miss_indexes(self) -> None:
        """A wal-index goes with the last connection, by no call that the VFS sees."""
        for log in list(self._index_fronts):
            index = log.removesuffix("-wal") + "-shm"
            if not (self.folder / index).exists():
                del self._index_fronts[log]
                self.events.append(Deleted(index, False))


class RecordingVfs(apsw.VFS):
    def __init__(self) -> None:
        self.tape: Tape | None = None
        # The default VFS is already the ciphering one; the recorder stands on the plain one below it.
        self.below = apsw.vfs_names()[0].removeprefix("multipleciphers-")
        super().__init__(VFS_NAME, self.below)

    def xOpen(self, name: Any, flags: list[int]) -> "RecordingFile":
        return RecordingFile(self.below, name, flags, self.tape)

    def xDelete(self, name: str, sync_directory: bool) -> None:
        super().xDelete(name, sync_directory)
        if self.tape and (file := self.tape.name_of(name)):
            self.tape.events.append(Deleted(file, bool(sync_directory)))


class RecordingFile(apsw.VFSFile):
    """A write goes on the tape when it is done, a sync when it is asked for.

    With several threads this order promises least: a sync covers only writes that were over before it began.
    """

    def __init__(self, below: str, name: Any, flags: list[int], tape: Tape | None) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.tape = tape
        self.file = tape.name_of(path) if tape else None
        is_new_journal = bool(self.file) and bool(flags[0] & JOURNALS) and not os.path.exists(path)
        super().__init__(below, name, flags)
        if self.file:
            self.tape.events.append(Opened(self.file, is_new_journal))

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        if self.file:
            self.tape.events.append(Wrote(self.file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        if self.file:
            self.tape.events.append(Truncated(self.file, size))

    def xSync(self, flags: int) -> None:
        # The real disk is not troubled: only the order on the tape matters.
        if not self.file:
            return
        if not self.tape.disk_lies:
            self.tape.events.append(Synced(self.file))
        if self.file.endswith("-wal"):
            self.tape.see_index(self.file)


_vfs: RecordingVfs | None = None


@contextmanager
def recording(folder: Path, *, disk_lies: bool = False) -> Iterator[Tape]:
    """Record every file of `folder` that is opened through the VFS "rec" inside this block; close them inside it too.

    The VFS is registered once and stays: SQLite builds "multipleciphers-rec" on it and keeps a pointer for good.
    `disk_lies` is a disk that says yes to every sync and does nothing.
    """
    global _vfs
    if _vfs is None:
        _vfs = RecordingVfs()
    if _vfs.tape is not None:
        raise RuntimeError("one recording at a time")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    _vfs.tape = tape = Tape(folder.resolve(), before, disk_lies)
    try:
        yield tape
    finally:
        _vfs.tape = None
