"""What a power cut may legally leave on a disk, given the events of a tape up to the cut."""

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, TypeVar, get_args

from tests.faults.recorder import (
    Acknowledged,
    Deleted,
    DirectorySynced,
    Event,
    IndexSeen,
    Opened,
    Renamed,
    Synced,
    Truncated,
    Wrote,
)

SECTOR_BYTES = 512

# What survives of the operations after a file's last sync: none of them, all, the first few, any of them,
# or any of them with writes torn at sector borders.
Survival = Literal["none", "all", "prefix", "subset", "torn"]
SURVIVALS: tuple[Survival, ...] = get_args(Survival)


Content = TypeVar("Content")


class Disk:
    """The files of one folder: what is durable, and what is still on its way to the platter.

    A folder inside it is a file of no content whose name ends with a slash: where it is missing, all in it is. Names
    lead to what was made under them until the directory is synced; a name must not be used again before that.
    """

    def __init__(self, before: Mapping[str, bytes]) -> None:
        self.durable = {file: bytearray(content) for file, content in before.items()}
        self.pending: dict[str, list[Event]] = {}
        self.acknowledged: list[object] = []
        self._renames: list[Renamed] = []
        self._new_journals: set[str] = set()
        self._index_states: dict[str, list[bytes]] = {}
        self._indexes_gone: set[str] = set()

    def step(self, event: Event) -> None:
        """Take the next event of the tape."""
        match event:
            case Acknowledged(what):
                self.acknowledged.append(what)
            case IndexSeen(file, front):
                self._index_states.setdefault(file, []).append(front)
                self._indexes_gone.discard(file)
            case Renamed():
                self._renames.append(event)
            case DirectorySynced(directory):
                self._directory_synced(directory)
            case Opened(file, is_new_journal):
                self.pending.setdefault(file, [])
                if is_new_journal:
                    self._new_journals.add(file)
            case Synced(file):
                self._file_synced(file)
            case Deleted():
                self._deleted(event)
            case _:
                self.pending.setdefault(event.file, []).append(event)

    def _deleted(self, event: Deleted) -> None:
        if event.file in self._index_states:
            self._indexes_gone.add(event.file)
            return
        self.pending.setdefault(event.file, []).append(event)
        if event.directory_synced:
            self._directory_synced(_folder_of(event.file))

    def image(self, rnd: random.Random, survival: Survival) -> dict[str, bytes]:
        """One legal state of the folder after a cut at this point: file name -> content."""
        filler = rnd if survival == "torn" and rnd.random() < 0.5 else None
        files = {}
        for file in sorted(self.durable.keys() | self.pending.keys()):
            content = _content(self.durable.get(file), self._survivors(file, rnd, survival), filler)
            if content is not None:
                files[file] = bytes(content)
        for file, states in self._index_states.items():
            # Mapped memory reaches the disk when the system pleases: now, long ago or never.
            state = rnd.choice((None, b"", states[-1], rnd.choice(states)))
            if state is not None:
                files[file] = state
        for renamed in self._surviving_renames(rnd, survival):
            files = _renamed(files, renamed)
        return {file: content for file, content in files.items() if all(one in files for one in _folders_of(file))}

    def _file_synced(self, file: str) -> None:
        content = _content(self.durable.pop(file, None), self.pending.get(file, []), None)
        self.pending[file] = []
        if content is not None:
            self.durable[file] = content
        if file in self._new_journals:
            self._new_journals.discard(file)
            self._directory_synced(_folder_of(file))

    def _directory_synced(self, directory: str) -> None:
        for file in [one for one in self._indexes_gone if _folder_of(one) == directory]:
            self._indexes_gone.discard(file)
            self._index_states.pop(file)
            self.durable.pop(file, None)
        for file, events in self.pending.items():
            if _folder_of(file) != directory:
                continue
            deletes = [at for at, event in enumerate(events) if isinstance(event, Deleted)]
            if deletes:
                self.durable.pop(file, None)
                self.pending[file] = events = events[deletes[-1] + 1 :]
            if events:
                self.durable.setdefault(file, bytearray())  # the name is there, its content perhaps not yet
        for renamed in [one for one in self._renames if _folder_of(one.source) == directory]:
            self._renames.remove(renamed)
            self.durable = _renamed(self.durable, renamed)
            self.pending = _renamed(self.pending, renamed)

    def _surviving_renames(self, rnd: random.Random, survival: Survival) -> list[Renamed]:
        if survival in ("none", "all"):
            return self._renames if survival == "all" else []
        if survival == "prefix":
            return self._renames[: rnd.randrange(len(self._renames) + 1)]
        return [renamed for renamed in self._renames if rnd.random() < 0.5]

    def _survivors(self, file: str, rnd: random.Random, survival: Survival) -> list[Event]:
        events = self.pending.get(file, [])
        if survival == "none":
            return []
        if survival == "all":
            return events
        if survival == "prefix":
            return events[: rnd.randrange(len(events) + 1)]
        kept, chance = [], rnd.random()
        for event in events:
            if rnd.random() < chance:
                if survival == "torn" and isinstance(event, Wrote) and rnd.random() < 0.5:
                    kept += [piece for piece in _sectors(event) if rnd.random() < 0.5]
                else:
                    kept.append(event)
            elif isinstance(event, Deleted):
                # A file made anew under this name is another inode: without the delete its name is not there either.
                break
        return kept


def _folder_of(file: str) -> str:
    """"keys/" for "keys/mark"; "" for what lies in the folder itself, "keys/" too."""
    parent, slash, _name = file.removesuffix("/").rpartition("/")
    return parent + slash


def _folders_of(file: str) -> list[str]:
    """Every folder that a file lies in, below the tape's own."""
    parts = file.removesuffix("/").split("/")[:-1]
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def _renamed(files: dict[str, Content], renamed: Renamed) -> dict[str, Content]:
    """A folder takes what is in it along; what bore the target's name is gone."""
    source, target = renamed
    moved = {file for file in files if file == source or (source.endswith("/") and file.startswith(source))}
    kept = {file: content for file, content in files.items() if file not in moved}
    return kept | {target + file.removeprefix(source): files[file] for file in moved}


def _sectors(write: Wrote) -> list[Wrote]:
    start, end = write.offset, write.offset + len(write.data)
    borders = [start, *range((start // SECTOR_BYTES + 1) * SECTOR_BYTES, end, SECTOR_BYTES), end]
    return [Wrote(write.file, low, write.data[low - start : high - start]) for low, high in pairwise(borders)]


def _content(content: bytearray | None, events: list[Event], filler: random.Random | None) -> bytearray | None:
    """`content` (copied if anything changes it) after `events`; holes hold zeros, or garbage drawn from `filler`."""
    content = bytearray(content) if content is not None and events else content
    for event in events:
        if isinstance(event, Deleted):
            content = None
            continue
        if content is None:
            content = bytearray()
        if isinstance(event, Truncated):
            del content[event.size :]
            content.extend(bytes(event.size - len(content)))
        else:
            gap = event.offset - len(content)
            if gap > 0:
                content.extend(filler.randbytes(gap) if filler else bytes(gap))
            content[event.offset : event.offset + len(event.data)] = event.data
    return content
