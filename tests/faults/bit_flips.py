"""Flips single bits of a database and its write-ahead log where they are in use, and counts how many are noticed."""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import apsw

from tests.faults.replay import scratch_folder

HEADER_BYTES = 100
LOG_HEADER_BYTES, FRAME_HEADER_BYTES = 32, 24


class Stretch(NamedTuple):
    """Bytes of a file that the database would miss."""

    file: str
    start: int
    size: int


@dataclass
class Flips:
    """Flips done and noticed by kind (header, page, wal), and the places of those nobody noticed."""

    done: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {self.noticed[kind]} of {self.done[kind]}" for kind in sorted(self.done))
        return f"noticed {self.noticed.total()} of {self.done.total()}: {kinds}"


def pages_in_use(connection: apsw.Connection) -> list[int]:
    """Numbers of all pages that hold something; free pages are left out."""
    return sorted(page for (page,) in connection.execute("SELECT pageno FROM dbstat"))


def flip_bits(
    folder: Path, database: str, pages: Iterable[int], opened_ok: Callable[[Path], bool], *, flips: int, seed: int
) -> Flips:
    """Copy `folder` for each flip, flip one bit in turn in header, pages and log, and ask `opened_ok` of the copy.

    The folder is one a killed process left, log and index beside the database; a kind that has no place is left out.
    """
    places, rnd, result = places_in_use(folder, database, pages), random.Random(seed), Flips()
    kinds = sorted(kind for kind, stretches in places.items() if stretches)
    with scratch_folder() as scratch:
        _copy(folder, scratch)
        if not opened_ok(scratch):
            raise ValueError("the check says no to an intact copy, so its no proves nothing")
        for number in range(flips):
            kind = kinds[number % len(kinds)]
            stretch = rnd.choice(places[kind])
            offset, bit = stretch.start + rnd.randrange(stretch.size), rnd.randrange(8)
            _copy(folder, scratch)
            _flip(scratch / stretch.file, offset, bit)
            result.done[kind] += 1
            if opened_ok(scratch):
                result.missed.append(f"{kind}: {stretch.file} byte {offset} bit {bit}")
            else:
                result.noticed[kind] += 1
    return result


def places_in_use(folder: Path, database: str, pages: Iterable[int]) -> dict[str, list[Stretch]]:
    """Where header, pages and log frames in use lie; a page with a newer copy in the log is not in use in the file."""
    log = f"{database}-wal"
    data = (folder / log).read_bytes() if (folder / log).exists() else b""
    page_bytes = int.from_bytes(data[8:12]) if data else _page_bytes(folder / database)
    frames = list(_frames(data, page_bytes))
    newest = {page: start for start, page in frames}
    header = Stretch(database, 0, HEADER_BYTES)
    if 1 in newest:
        header = Stretch(log, newest[1] + FRAME_HEADER_BYTES, HEADER_BYTES)
    in_file = [Stretch(database, (page - 1) * page_bytes, page_bytes) for page in pages if page not in newest]
    in_log = [Stretch(log, start, FRAME_HEADER_BYTES + page_bytes) for start, _ in frames]
    if in_log:
        in_log.append(Stretch(log, 0, LOG_HEADER_BYTES))
    return {"header": [header], "page": in_file, "wal": in_log}


def _page_bytes(database: Path) -> int:
    with database.open("rb") as file:
        size = int.from_bytes(file.read(18)[16:])
    return 65536 if size == 1 else size


def _frames(log: bytes, page_bytes: int) -> Iterable[tuple[int, int]]:
    """(start, page number) of every frame of this generation, in a log known to be intact."""
    salts, start = log[16:24], LOG_HEADER_BYTES
    while log[start + 8 : start + 16] == salts:
        yield start, int.from_bytes(log[start : start + 4])
        start += FRAME_HEADER_BYTES + page_bytes


def _copy(folder: Path, scratch: Path) -> None:
    shutil.rmtree(scratch)
    shutil.copytree(folder, scratch)


def _flip(path: Path, offset: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))
