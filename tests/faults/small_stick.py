"""A real small disk as a backup target: filled to any byte, or pulled out while written. Needs root for the mount."""

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.backup import copying_out, places
from appliance.backup.copying_out import Target
from appliance.backup.file_format import Found, check_seal
from clinic_app.kernel import keys

FULL, PULLED, WHOLE = "full", "pulled out", "there"
LIMITS = {"hourly": 24, "daily": 14, "upgrade": 5, "now": 5}


class NoMount(Exception):
    """A disk cannot be mounted here."""


@contextmanager
def mounted(place: Path, size: int) -> Iterator[Path]:
    """A disk of its own in memory, at that place."""
    place.mkdir(parents=True, exist_ok=True)
    if not shutil.which("mount") or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode:
        raise NoMount
    try:
        yield place
    finally:
        pull_out(place)


def pull_out(place: Path) -> None:
    """Gone in the middle of whatever is being done."""
    subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def rounds(
    room: Path, earlier: Found, found: Found, key_set: keys.KeySet, *, many: int, seed: int
) -> tuple[Counter[str], list[str]]:
    """Copy a backup to a stick that holds an earlier one, again and again; returns how it ended and what was wrong.

    A stick that is full or gone keeps its earlier backup whole, and nothing half has a final name.
    """
    rnd, ended, wrong = random.Random(seed), Counter[str](), []
    key = keys.seal_key(key_set.audit_key)
    for number in range(many):
        place, backing = room / "stick", room / f"kept-{number}"
        with mounted(place, earlier.size + found.size + (4 << 20)) as stick:
            target = Target("00", "folder", str(stick), 2)
            places.mark(stick)
            copying_out.copy_out(earlier, target, key_set, LIMITS, lambda *_step: None)
            pulls_at = rnd.randrange(found.size) if number % 2 else None
            if pulls_at is None:
                _fill(stick, rnd.randrange(found.size))
            done = copying_out.copy_out(found, target, key_set, LIMITS, _Puller(stick, pulls_at, backing))
            ended[done.reason or WHOLE] += 1
            left = places.backups_in(backing if pulls_at is not None else stick)
            names = {one.path.name for one in left}
            if earlier.path.name not in names:
                wrong.append(f"round {number}: the earlier backup is gone")
            for one in left:
                check_seal(one, key)
            if done.reason and found.path.name in names:
                wrong.append(f"round {number}: half of it has its name")
        shutil.rmtree(backing, ignore_errors=True)
    return ended, wrong


class _Puller:
    """Progress that pulls the stick out at a byte; what is on it then is kept to be looked at."""

    def __init__(self, stick: Path, at: int | None, backing: Path):
        self.stick, self.at, self.backing, self.is_out = stick, at, backing, False

    def __call__(self, _step: str, done: int, _of: int) -> None:
        if self.at is not None and done >= self.at and not self.is_out:
            self.is_out = True
            shutil.copytree(self.stick, self.backing)
            pull_out(self.stick)


def _fill(stick: Path, left: int) -> None:
    """Leave so many bytes free, to the block."""
    free = shutil.disk_usage(stick).free
    with (stick / "holiday-pictures").open("wb") as file:
        file.write(bytes(max(0, free - left)))
