"""The trials of `make faults` on backups and upgrades of the schema: power cuts, files that must not be taken."""

import itertools
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from appliance.backup import age_keys, making, places, restoring
from clinic_app import registry
from clinic_app.kernel import installation, keys, switching
from tests.conftest import config_of
from tests.faults import backup_workload as backup
from tests.faults import schema_upgrade_workload as schema_upgrade
from tests.faults import small_clinic, small_stick
from tests.faults.damaged_backups import Trials, attempt, bad_ones
from tests.faults.replay import Outcome, replay, scratch_folder


class Size(Protocol):
    """What these trials want to know of how much is done."""

    backup_points: int
    control_points: int
    damaged: int
    sticks: int


Act = Callable[[Size, int], tuple[str, int]]


def making_cuts(*, disk_lies: bool = False) -> Act:
    def act(size: Size, seed: int) -> tuple[str, int]:
        points = size.control_points // 4 if disk_lies else size.backup_points
        with _home() as (home, sheet), scratch_folder() as room:
            tape = backup.backup_tape(home, room, disk_lies=disk_lies)
            judge = backup.BackupJudge(home, sheet)
            return _told(replay(tape, judge, points=points, seed=seed, title="backup", at_names=4))

    return act


def restoring_cuts(*, disk_lies: bool = False, one_by_one: bool = False) -> Act:
    def act(size: Size, seed: int) -> tuple[str, int]:
        points = size.control_points // 4 if disk_lies or one_by_one else size.backup_points
        switch = backup.exchange_at_once if one_by_one else switching.switch
        with _home() as (home, sheet), scratch_folder() as room:
            with patch.object(switching, "switch", switch):
                tape = backup.restore_tape(home, room, sheet, disk_lies=disk_lies)
            judge = backup.RestoreJudge(tape, home, sheet)
            return _told(replay(tape, judge, points=points, seed=seed, title="restore", at_names=2))

    return act


def upgrading_cuts(*, disk_lies: bool = False, one_by_one: bool = False) -> Act:
    """A newer program brings a clinic up to its schema: backup, copy, steps, exchange."""

    def act(size: Size, seed: int) -> tuple[str, int]:
        points = size.control_points // 4 if disk_lies or one_by_one else size.backup_points
        switch = schema_upgrade.one_by_one if one_by_one else switching.switch
        with scratch_folder() as home, scratch_folder() as room:
            sheet = schema_upgrade.make_home(home)
            with patch.object(switching, "switch", switch):
                tape = schema_upgrade.tape_of(home, room, disk_lies=disk_lies)
            judge = schema_upgrade.Judge(home, sheet)
            return _told(replay(tape, judge, points=points, seed=seed, title="upgrade", at_names=4))

    return act


def damaged(*, sealed: bool = True) -> Act:
    """So many bad files, each of which must be refused with the clinic as it was; without the seal some are taken."""

    def act(size: Size, seed: int) -> tuple[str, int]:
        with _home() as (home, sheet), scratch_folder() as other, scratch_folder() as room, scratch_folder() as clinic:
            small_clinic.make(other)
            making.make(config_of(other), "now", backup.silent)
            shutil.copytree(home, clinic, dirs_exist_ok=True)
            making.make(config_of(clinic), "hourly", backup.silent)
            trials = Trials()
            registry.wire(config_of(clinic))
            good, earlier = (one.path for one in (places.local_backups(clinic)[0], places.local_backups(home)[0]))
            files = bad_ones(good, earlier, places.local_backups(other)[0].path, sheet, random.Random(seed))
            many = size.damaged if sealed else size.damaged // 5
            with patch.object(restoring, "check_seal", restoring.check_seal if sealed else lambda *_given: None):
                for bad in itertools.islice(files, many):
                    attempt(clinic, room, bad, _contents, trials)
        return str(trials), len(trials.accepted) + (len(trials.faults) if sealed else 0)

    return act


def restored_numbers(*, marked: bool = True) -> Act:
    """Fault 20: work, an older backup restored, work, again and again; no number on a paper may be given twice.

    The twin restores without the epoch's mark.
    """

    def act(size: Size, seed: int) -> tuple[str, int]:
        histories = size.sticks if marked else 3
        chance, given, restores = random.Random(seed), set[str](), 0
        repeated = 0
        with _home() as (home, sheet), ExitStack() as wrong:
            if not marked:
                wrong.enter_context(patch.object(installation.Installation, "prefix", lambda one: one.full_code))
            first = places.local_backups(home)[0]
            for _ in range(histories):
                with scratch_folder() as folder:
                    shutil.copytree(home, folder, dirs_exist_ok=True)
                    for _ in range(1 + chance.randrange(2)):
                        registry.wire(config_of(folder))
                        identity = age_keys.identity(keys.backup_identity(sheet))
                        restoring.restore(folder, first, keys.derive(sheet), [identity], backup.silent)
                        restores += 1
                        numbers = backup.numbers_of_work(folder, 1 + chance.randrange(3))
                        repeated += len(given.intersection(numbers)) + len(numbers) - len(set(numbers))
                        given.update(numbers)
        return f"{histories} histories, {restores} restores, {len(given)} numbers, {repeated} given twice", repeated

    return act


def sticks(size: Size, seed: int) -> tuple[str, int]:
    """A copy on a disk that is full or pulled out, so many times; the earlier one must be whole."""
    with _home() as (home, sheet), scratch_folder() as room:
        making.make(config_of(home), "hourly", backup.silent)
        newest, earlier = places.local_backups(home)
        try:
            ended, wrong = small_stick.rounds(
                room, earlier, newest, keys.derive(sheet), many=size.sticks, seed=seed
            )  # fmt: skip
        except small_stick.NoMount:
            return "skipped: a disk cannot be mounted here, root is needed", 0
    return "\n".join([f"{size.sticks} rounds: {dict(ended)}", *wrong]), len(wrong)


@contextmanager
def _home() -> Iterator[tuple[Path, bytes]]:
    with scratch_folder() as home:
        yield home, backup.make_home(home)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _told(outcome: Outcome) -> tuple[str, int]:
    return str(outcome), outcome.bad
