"""No answered command of the product is lost, doubled or torn by a power cut; a wrong setting is found out."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import product_workload, small_clinic
from tests.faults.recorder import Tape, recording
from tests.faults.replay import replay, scratch_folder

POINTS, CONTROL_POINTS, VISITS = 1_000, 100, 12


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with scratch_folder() as folder:
        small_clinic.make(folder)
        yield folder


def tape_of(home: Path, folder: Path, *, disk_lies: bool = False, synchronous: str = "full") -> Tape:
    shutil.copytree(home, folder, dirs_exist_ok=True)
    with recording(folder, disk_lies=disk_lies) as tape:
        product_workload.work(tape, visits=VISITS, synchronous=synchronous)
    return tape


@pytest.mark.rule("M6", "N1")
def test_no_answered_command_is_lost_at_1_000_power_cuts(
    home: Path, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    outcome = replay(tape_of(home, tmp_path), product_workload.Judge(home), points=POINTS, seed=1)
    figure(f"power cuts, product: {outcome}")
    assert outcome.points == POINTS
    assert outcome.bad == 0, str(outcome)


@pytest.mark.parametrize("wrong", ({"disk_lies": True}, {"synchronous": "normal"}), ids=("lying disk", "NORMAL"))
def test_finds_what_a_wrong_setting_loses(home: Path, tmp_path: Path, wrong: dict[str, object]) -> None:
    tape = tape_of(home, tmp_path, **wrong)  # type: ignore[arg-type]
    outcome = replay(
        tape, product_workload.Judge(home), points=CONTROL_POINTS, seed=1, until=lambda one: one.kinds["LOST"] > 0
    )
    assert outcome.kinds["LOST"] > 0, str(outcome)
