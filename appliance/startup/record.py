"""What a start leaves for the next one (启动记录): starts that never answered, and ends that were not clean."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from clinic_app.kernel.renaming import rename

FILE = "starts.json"
MOST_ENDS = 50
SAFE_AFTER = 2  # two in a row, so that one power cut at a bad moment changes nothing


@dataclass(frozen=True, slots=True)
class Record:
    """`begun`: starts in a row that did not get as far as answering; `ends`: unclean ends as they were noticed, ms UTC,
    the newest last; `noted`: the sign of the newest, while no start since got as far as answering.
    """

    begun: int = 0
    ends: tuple[int, ...] = ()
    noted: str = ""

    @property
    def asks_for_safe_mode(self) -> bool:
        return self.begun >= SAFE_AFTER


def read(folder: Path) -> Record:
    """The record; an empty one where it is missing or damaged: it is a hint and opens nothing."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
        ends = tuple(int(at) for at in found["ends"])[-MOST_ENDS:]
        return Record(max(0, int(found["begun"])), ends, str(found.get("noted", ""))[:200])
    except (OSError, ValueError, TypeError, KeyError):
        return Record()


def write(folder: Path, record: Record) -> None:
    """Whole or not at all; a disk that is full is no reason not to start."""
    made = folder / f"{FILE}.new"
    with contextlib.suppress(OSError):
        with made.open("w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
            file.flush()
            os.fsync(file.fileno())
        rename(made, folder / FILE)


def note_unclean_end(folder: Path, at_ms: int, sign: str) -> None:
    """Remember that the server before, which left this `sign`, did not end by itself; once for all starts that try."""
    record = read(folder)
    if record.noted != sign:
        write(folder, replace(record, ends=(*record.ends, at_ms)[-MOST_ENDS:], noted=sign))


def set_begun(folder: Path, begun: int) -> None:
    """How many starts in a row did not get as far as answering."""
    record = read(folder)
    if record.begun != begun:
        write(folder, replace(record, begun=begun))


def answered(folder: Path) -> None:
    """A start got through: none is counted any more, and the next unclean end is another one."""
    record = read(folder)
    if record.begun or record.noted:
        write(folder, replace(record, begun=0, noted=""))
