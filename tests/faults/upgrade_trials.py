"""The trials of `make faults` on packages of newer programs: power cuts in installing one."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from appliance.upgrade.program_home import Home
from tests.faults import upgrade_workload as upgrade
from tests.faults import whole_upgrade
from tests.faults.replay import Outcome, replay, scratch_folder


class Size(Protocol):
    """What these trials want to know of how much is done."""

    backup_points: int
    control_points: int


Act = Callable[[Size, int], tuple[str, int]]


def installing_cuts(*, disk_lies: bool = False, ask: object = upgrade.in_this_process, journal: bool = True) -> Act:
    def act(size: Size, seed: int) -> tuple[str, int]:
        right = journal and not disk_lies and ask is upgrade.in_this_process
        points = size.backup_points if right else size.control_points // 4
        with scratch_folder() as room:
            upgrade.make_home(room)
            outcome, ended = cuts(room, points, seed, at_names=2, disk_lies=disk_lies, ask=ask, journal=journal)
        first, *rest = str(outcome).splitlines()
        return "\n".join([f"{first}; started: {ended}", *rest]), outcome.bad

    return act


def whole_program(*, settles: bool = True) -> Act:
    def act(_size: Size, _seed: int) -> tuple[str, int]:
        with scratch_folder() as room:
            trial = whole_upgrade.whole(room, settles=settles)
        return "\n".join([f"{len(trial.done)} commands", *trial.wrong]), len(trial.wrong)

    return act


def cuts(
    room: Path, points: int, seed: int, *, at_names: int = 0, disk_lies: bool = False,
    ask: object = upgrade.in_this_process, journal: bool = True,
) -> tuple[Outcome, dict[str, int]]:  # fmt: skip
    """The package installed in the clinic of `room`, the power cut so many times; how often each version came up."""
    with scratch_folder() as folder, ExitStack() as wrong:
        if not journal:
            wrong.enter_context(patch.object(Home, "begin", lambda *_given: None))
        tape = upgrade.tape_of(room, folder, ask=ask, disk_lies=disk_lies)
        wrong.close()
        judge = upgrade.Judge(room)
        outcome = replay(tape, judge, points=points, seed=seed, title="installing", at_names=at_names)
    return outcome, judge.ended


def back_cuts(*, begins: bool = True) -> Act:
    def act(size: Size, seed: int) -> tuple[str, int]:
        points = size.backup_points if begins else size.control_points // 4
        with scratch_folder() as room:
            upgrade.make_home(room)
            outcome, ended = cuts_back(room, points, seed, at_names=2, begins=begins)
        first, *rest = str(outcome).splitlines()
        return "\n".join([f"{first}; started: {ended}", *rest]), outcome.bad

    return act


def cuts_back(
    room: Path, points: int, seed: int, *, at_names: int = 0, begins: bool = True
) -> tuple[Outcome, dict[str, int]]:
    """The same for the way back."""
    with scratch_folder() as folder:
        tape = upgrade.back_tape(room, folder, begins=begins)
        judge = upgrade.Judge(room, wanted=upgrade.OLD)
        outcome = replay(tape, judge, points=points, seed=seed, title="going back", at_names=at_names)
    return outcome, judge.ended


ALL: tuple[tuple[str, Act, bool], ...] = (
    ("power cuts, a package being installed", installing_cuts(), False),
    ("power cuts, installing, disk that ignores sync", installing_cuts(disk_lies=True), True),
    ("power cuts, installing, the pointer first", installing_cuts(ask=upgrade.pointer_first), True),
    ("power cuts, installing, no journal", installing_cuts(journal=False), True),
    ("power cuts, program and clinic going back", back_cuts(), False),
    ("power cuts, going back, no journal", back_cuts(begins=False), True),
    ("the whole program as a package, and back", whole_program(), False),
    ("the whole program, a launcher that settles nothing", whole_program(settles=False), True),
)
