"""Cuts the power again and again along a tape and lets a judge look at what is left."""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.faults.disk import SURVIVALS, Disk, Survival
from tests.faults.recorder import Acknowledged, Deleted, DirectorySynced, Event, Renamed, Tape, Wrote

# Gets the folder after the cut and everything acknowledged before it; returns "" or "KIND: what is broken".
Judge = Callable[[Path, Sequence[object]], str]


class Finding(NamedTuple):
    after_event: int
    survival: Survival
    verdict: str


@dataclass
class Outcome:
    """What the judge found: how often each kind, and the first example of it."""

    seed: int
    events: int
    points: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    first: dict[str, Finding] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        return self.kinds.total()

    def __str__(self) -> str:
        rate = self.points / self.seconds if self.seconds else 0
        text = f"{self.points} points of {self.events} events, seed {self.seed}, {rate:.0f}/s, bad {self.bad}"
        for kind, count in self.kinds.most_common():
            event, survival, verdict = self.first[kind]
            text += f"\n  {kind} {count}, first after event {event} ({survival}): {verdict}"
        return text


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in memory where the system has one, removed afterwards."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir=memory if memory.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replay(
    tape: Tape, judge: Judge, *, points: int, seed: int, title: str = "", at_names: int = 0,
    until: Callable[[Outcome], bool] = lambda _outcome: False,
) -> Outcome:  # fmt: skip
    """Judge `points` cuts spread evenly over the tape, each with a survival drawn from `seed`.

    `at_names` more are made after each event that changes or syncs a name in the folder, or is an answer, ten times as
    many after a rename: there are few of them, and in the making of a clinic all depends on their order. `until` ends
    it early: a wrong twin is found out once.
    """
    outcome = Outcome(seed, len(tape.events))
    rnd, disk, started = random.Random(seed), Disk(tape.before), time.monotonic()
    extra, total = 0, points + at_names * sum(_about_names(event) for event in tape.events)
    with scratch_folder() as folder:
        for at, event in enumerate(tape.events):
            disk.step(event)
            extra += at_names * _about_names(event)
            due = (at + 1) * points // len(tape.events) + extra
            while outcome.points < due and not until(outcome):
                survival = rnd.choice(SURVIVALS)
                _lay_out(folder, disk.image(rnd, survival))
                _count(outcome, Finding(at, survival, judge(folder, disk.acknowledged)))
                _progress(title, outcome.points, total, outcome.bad)
    outcome.seconds = time.monotonic() - started
    return outcome


def _about_names(event: Event) -> int:
    if isinstance(event, Renamed):
        return 10
    is_new = isinstance(event, Wrote) and "/" in event.file and ".sqlite3" not in event.file  # pages are many
    return int(is_new or isinstance(event, Acknowledged | Deleted | DirectorySynced))


def _lay_out(folder: Path, files: dict[str, bytes]) -> None:
    for old in folder.iterdir():
        # A judge may have put a folder of keys beside the database.
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name, content in files.items():
        if name.endswith("/"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def _count(outcome: Outcome, finding: Finding) -> None:
    outcome.points += 1
    if finding.verdict:
        kind = finding.verdict.split(":")[0]
        outcome.kinds[kind] += 1
        outcome.first.setdefault(kind, finding)


def _progress(title: str, done: int, points: int, bad: int) -> None:
    if done % 500 == 0 or done == points:
        print(f"{title} {done}/{points} bad {bad}", file=sys.stderr, flush=True)
