"""Puts on a tape what Python itself does in the folder: key files, label, new folders, renames, syncs of directories.

What was written into a file is found by looking at it before the next call that the tape takes down.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.faults.recorder import Deleted, DirectorySynced, Event, Opened, Renamed, Synced, Tape, Truncated, Wrote

WATCHED = ("fsync", "mkdir", "remove", "rename", "replace", "rmdir", "unlink")


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder as the disk model names it: a folder is "keys/" and has no content."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {f"{name}/" if path.is_dir() else name: b"" if path.is_dir() else path.read_bytes()
            for name, path in found.items()}  # fmt: skip


@contextmanager
def recording_plain_files(tape: Tape) -> Iterator[None]:
    """Inside `recording`: from here on the tape knows the folders inside its folder too."""
    tape.before = contents(tape.folder)
    watcher = _Watcher(tape)
    with ExitStack() as stack:
        for name in WATCHED:
            stack.enter_context(patch.object(os, name, watcher.around(name, getattr(os, name))))
        yield
        watcher.look()


class _Watcher:
    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.known = dict(tape.before)
        self.seen_events = 0
        self.databases: set[str] = set()

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*given: Any, **named: Any) -> Any:
            self.look()
            events = self._events(name, *given)
            result = call(*given, **named)
            for event in events:
                self._note(event)
            return result

        return recorded

    def look(self) -> None:
        """What was written since the last look, into files that are not the database's."""
        self.tape.miss_indexes()
        self.databases |= {event.file for event in self.tape.events[self.seen_events :] if isinstance(event, Opened)}
        self.seen_events = len(self.tape.events)
        for file, content in contents(self.tape.folder).items():
            if file in self.databases or file.endswith(("/", "-shm")) or self.known.get(file) == content:
                continue
            if file in self.known:
                self.tape.events.append(Truncated(file, 0))
            self.tape.events.append(Wrote(file, 0, content))
            self.known[file] = content

    def _note(self, event: Event) -> None:
        self.tape.events.append(event)
        if isinstance(event, Renamed):
            self.databases |= {_moved(file, event) for file in self.databases if _is_moved(file, event)}
            for file in [one for one in self.known if _is_moved(one, event)]:
                self.known[_moved(file, event)] = self.known.pop(file)
        elif isinstance(event, Deleted):
            self.known.pop(event.file, None)
            self.databases.discard(event.file)  # what is made under this name next may be a plain file

    def _events(self, name: str, *given: Any) -> list[Event]:
        """What the tape says of this call, asked before it is made; nothing when it is none of the folder's."""
        if name == "fsync":
            return self._synced(given[0])
        file = self._name_of(given[0])
        if not file:
            return []
        if name in ("rename", "replace"):
            slash = "/" if Path(given[0]).is_dir() else ""
            return [Renamed(file + slash, (self._name_of(given[1]) or "") + slash)]
        if name == "mkdir":
            return [Wrote(f"{file}/", 0, b"")]
        if name == "rmdir":
            return [Deleted(f"{file}/", False)]
        return [Deleted(file, False)] if Path(given[0]).exists() else []

    def _synced(self, handle: int) -> list[Event]:
        if self.tape.disk_lies:
            return []
        synced = os.fstat(handle)
        for path in (self.tape.folder, *self.tape.folder.rglob("*")):
            if os.path.samestat(synced, path.stat()):
                name = self._name_of(path) or ""
                return [DirectorySynced(f"{name}/" if name else "") if path.is_dir() else Synced(name)]
        return []

    def _name_of(self, path: Any) -> str | None:
        absolute = Path(path).absolute()
        if self.tape.folder not in absolute.parents:
            return None
        return absolute.relative_to(self.tape.folder).as_posix()


def _is_moved(file: str, renamed: Renamed) -> bool:
    return file == renamed.source or (renamed.source.endswith("/") and file.startswith(renamed.source))


def _moved(file: str, renamed: Renamed) -> str:
    return renamed.target + file.removeprefix(renamed.source)
