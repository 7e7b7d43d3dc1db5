"""A power cut while a newer program opens a clinic leaves the former schema or the newer one, never between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic_app.kernel import schema
from tests.faults import migration_workload as migration
from tests.faults.replay import Outcome, replay, scratch_folder

POINTS, CONTROL_POINTS = 100, 60


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with scratch_folder() as folder:
        migration.make(folder)
        yield folder


def cuts(home: Path, folder: Path, points: int, *, find: str = "", disk_lies: bool = False) -> Outcome:
    """Until the kind `find`, which a wrong twin must show, is seen."""
    tape = migration.tape_of(home, folder, disk_lies=disk_lies)
    return replay(
        tape, migration.Judge(home), points=points, seed=1, until=lambda outcome: outcome.kinds[find] > 0
    )  # fmt: skip


def test_a_cut_while_the_schema_changes_leaves_the_former_or_the_newer(
    home: Path, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    outcome = cuts(home, tmp_path, POINTS)
    figure(f"power cuts, newer schema: {outcome}")
    assert outcome.bad == 0, str(outcome)


def test_finds_a_disk_that_ignores_sync(home: Path, tmp_path: Path) -> None:
    outcome = cuts(home, tmp_path, CONTROL_POINTS, find="LOST", disk_lies=True)
    assert outcome.kinds["LOST"] > 0, str(outcome)


def test_finds_a_migration_in_several_transactions(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "migrate", migration.step_by_step)
    outcome = cuts(home, tmp_path, CONTROL_POINTS, find="BETWEEN")
    assert outcome.kinds["BETWEEN"] > 0, str(outcome)
