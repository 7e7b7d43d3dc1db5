"""A power cut in an upgrade: the former clinic or the upgraded one, never between, one verified backup always left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic_app.kernel import switching
from tests.faults import schema_upgrade_workload as upgrade
from tests.faults.replay import Outcome, replay, scratch_folder

POINTS, AT_NAMES, FEW = 60, 1, 20


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Path, bytes]]:
    with scratch_folder() as folder:
        yield folder, upgrade.make_home(folder)


def cuts(home: tuple[Path, bytes], points: int, *, find: str = "", disk_lies: bool = False) -> Outcome:
    """Until one of the kinds of `find`, which a wrong twin must show, is seen."""
    with scratch_folder() as folder:
        tape = upgrade.tape_of(home[0], folder, disk_lies=disk_lies)
    return replay(
        tape, upgrade.Judge(*home), points=points, seed=1, at_names=AT_NAMES,
        until=lambda outcome: any(outcome.kinds[kind] for kind in find.split()),
    )  # fmt: skip


def test_a_cut_in_an_upgrade_leaves_the_former_clinic_or_the_upgraded_one_and_a_backup(
    home: tuple[Path, bytes], figure: Callable[[str], None]
) -> None:
    outcome = cuts(home, POINTS)
    figure(f"power cuts, an upgrade: {outcome}")
    assert outcome.bad == 0, str(outcome)


def test_finds_a_disk_that_ignores_sync(home: tuple[Path, bytes]) -> None:
    outcome = cuts(home, FEW, find="LOST CORRUPT HALF FAULT", disk_lies=True)
    assert outcome.bad > 0, str(outcome)


def test_finds_files_exchanged_one_by_one(home: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switching, "switch", upgrade.one_by_one)
    outcome = cuts(home, FEW, find="LOST FAULT")
    assert outcome.kinds["LOST"] + outcome.kinds["FAULT"] > 0, str(outcome)
