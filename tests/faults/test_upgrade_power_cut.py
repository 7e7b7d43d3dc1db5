"""A power cut while a package is installed: the old program and clinic or the new ones, and what is started fits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import upgrade_workload
from tests.faults.replay import scratch_folder
from tests.faults.upgrade_trials import cuts, cuts_back
from tests.faults.upgrade_workload import NEW, OLD

POINTS, FEW = 40, 15


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    with scratch_folder() as folder:
        upgrade_workload.make_home(folder)
        yield folder


def test_a_cut_while_a_package_is_installed_leaves_program_and_clinic_that_fit(
    room: Path, figure: Callable[[str], None]
) -> None:
    outcome, started = cuts(room, POINTS, 1, at_names=1)
    figure(f"power cuts, installing a package: {outcome}; started: {started}")
    assert outcome.bad == 0, str(outcome)
    assert started[OLD] > 5 and started[NEW] > 5


def test_a_cut_while_program_and_clinic_go_back_leaves_both_or_neither(
    room: Path, figure: Callable[[str], None]
) -> None:
    outcome, started = cuts_back(room, FEW, 1, at_names=1)
    figure(f"power cuts, going back: {outcome}; started: {started}")
    assert outcome.bad == 0, str(outcome)
    assert started[OLD] > 5 and started[NEW] > 5


def test_finds_a_way_back_without_a_journal(room: Path) -> None:
    assert cuts_back(room, FEW, 1, at_names=1, begins=False)[0].bad > 0


def test_finds_a_pointer_that_is_moved_before_the_clinic(room: Path) -> None:
    outcome, _started = cuts(room, FEW, 1, ask=upgrade_workload.pointer_first)
    assert outcome.kinds["BETWEEN"] > 0, str(outcome)


def test_finds_an_upgrade_without_a_journal(room: Path) -> None:
    outcome, _started = cuts(room, FEW, 1, at_names=1, journal=False)
    assert outcome.kinds["BETWEEN"] + outcome.kinds["FAULT"] > 0, str(outcome)


def test_finds_a_disk_that_ignores_sync(room: Path) -> None:
    assert cuts(room, FEW, 1, disk_lies=True)[0].bad > 0
