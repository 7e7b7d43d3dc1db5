"""A proved backup on another disk (第二份、第三份): copied, read back there, named; then the oldest there goes."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.backup import keeping, places
from appliance.backup.file_format import PART, Found, check_seal
from appliance.backup.room import make_room
from appliance.backup.sealing import trouble
from appliance.child_process import Progress
from clinic_app.kernel import keys
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

LEFT_ALONE_SECONDS = 60.0
"""A target that said nothing for so long is left to itself, and the next one begins."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place besides the data folder: `copy_no` 2 stays in the house, 3 leaves it."""

    id: str
    kind: str
    place: str
    copy_no: int


@dataclass(frozen=True, slots=True)
class Copied:
    """How copying to a target ended: `reason` is the code of the refusal, "" when it is there and was read back."""

    target_id: str
    copy_no: int
    reason: str
    facts: dict[str, str] = field(default_factory=dict)


def copy_to_all(
    targets: Sequence[Target],
    copy: Callable[[Target, Progress], Copied],
    report: Progress,
    copied: Callable[[Copied], None],
) -> list[Copied]:
    """Copy to one target after another; `copied` is told of each as it ends.

    A dead network disk may never answer: each has a thread of its own, and one that is silent holds up no other. Only
    the end waits for all of them. `report` and `copied` are called by one thread at a time.
    """
    ended: dict[str, Copied] = {}
    failed: list[Exception] = []
    telling, threads = threading.Lock(), []
    for target in targets:
        heard = [time.monotonic()]

        def tell(step: str, done: int, of: int, heard: list[float] = heard) -> None:
            heard[0] = time.monotonic()
            with telling:
                report(step, done, of)

        def run(target: Target = target, tell: Progress = tell) -> None:
            try:
                one = copy(target, tell)
                with telling:
                    ended[target.id] = one
                    copied(one)
            except Exception as err:  # raised where all are waited for
                failed.append(err)

        threads.append(threading.Thread(target=run, name="copy", daemon=True))
        threads[-1].start()
        while threads[-1].is_alive() and time.monotonic() - heard[0] < LEFT_ALONE_SECONDS:
            threads[-1].join(0.2)
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return [ended[target.id] for target in targets]


def copy_out(
    found: Found, target: Target, key_set: keys.KeySet, limits: Mapping[str, int], report: Progress
) -> Copied:
    """Copy a proved file to a target and read it back there; what fails leaves the target's old ones as they were."""
    try:
        folder = places.folder_of(target.kind, target.place, found.header.code)
        _copy_file(found, folder, key_set, report)
        kept = places.as_kept(places.backups_in(folder), key_set.mark)
        made = str(folder / found.path.name)
        places.remove(keeping.beyond_limits(kept, limits, now=clock.read().at, just_made=made))
        return Copied(target.id, target.copy_no, "")
    except Refused as err:
        return Copied(target.id, target.copy_no, err.code, _as_text(err))
    except OSError as err:
        refused = trouble(err, Path(target.place), is_target=True)
        return Copied(target.id, target.copy_no, refused.code, {"reason": err.strerror or "", "place": target.place})


def _as_text(err: Refused) -> dict[str, str]:
    return {name: places.shown(str(fact)) for name, fact in err.facts.items()}


def _copy_file(found: Found, folder: Path, key_set: keys.KeySet, report: Progress) -> None:
    part = folder / (found.path.name + PART)
    try:
        places.make_folder(folder)
        places.sweep(folder)
        missing = found.size + (1 << 20) - places.free_bytes(folder)
        if missing > 0 and not make_room(places.backups_in(folder), key_set, missing):
            raise Refused("backup.target_full", place=str(folder))
        done = 0
        with found.path.open("rb") as source, part.open("xb") as file:
            while data := source.read(1 << 20):
                file.write(data)
                done += len(data)
                report("copying out", done, found.size)
            file.flush()
            os.fsync(file.fileno())
        forget_pages(part)
        check_seal(_same(part, found), keys.seal_key(key_set.audit_key))
        rename(part, folder / found.path.name)
        keys.sync_folder(folder)
    except OSError as err:
        raise trouble(err, part, is_target=True) from err


def _same(part: Path, of: Found) -> Found:
    """The copy of a proved file: the same facts at the same places, its own bytes."""
    if part.stat().st_size != of.size:
        raise Refused("backup.damaged", file=of.path.name)
    return Found(part, of.header, of.stream_at, of.size)


def forget_pages(path: Path) -> None:
    """Let the system forget what it remembers of a file, so that reading it back reads the disk.

    Windows and macOS offer no such word: there it may be the memory that is read.
    """
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
