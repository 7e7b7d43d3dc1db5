"""A power cut while a backup is made or restored: old or new, never between, one verified backup always left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import sealing
from clinic_app.kernel import switching
from tests.faults import backup_workload as backup
from tests.faults.replay import Outcome, replay, scratch_folder

POINTS, AT_NAMES, FEW = 30, 1, 20


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Path, bytes]]:
    with scratch_folder() as folder:
        yield folder, backup.make_home(folder)


@pytest.fixture
def room() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


def making_cuts(home: tuple[Path, bytes], room: Path, *, find: str = "", disk_lies: bool = False) -> Outcome:
    """`find` names the kinds that a wrong twin must show; many cuts where names change, until one is seen."""
    tape = backup.backup_tape(home[0], room, disk_lies=disk_lies)
    points, at_names = (FEW, 4 * AT_NAMES) if find else (POINTS, AT_NAMES)
    return replay(
        tape, backup.BackupJudge(*home), points=points, seed=1, at_names=at_names,
        until=lambda outcome: any(outcome.kinds[kind] for kind in find.split()),
    )  # fmt: skip


def restoring_cuts(home: tuple[Path, bytes], room: Path, *, is_twin: bool = False) -> Outcome:
    tape = backup.restore_tape(home[0], room, home[1])
    return replay(
        tape, backup.RestoreJudge(tape, *home), points=FEW if is_twin else POINTS, seed=1, at_names=AT_NAMES,
        until=lambda outcome: is_twin and outcome.bad > 0,
    )  # fmt: skip


def test_a_cut_while_a_backup_is_made_leaves_the_clinic_and_a_verified_backup(
    home: tuple[Path, bytes], room: Path, figure: Callable[[str], None]
) -> None:
    outcome = making_cuts(home, room)
    figure(f"power cuts, making a backup: {outcome}")
    assert outcome.bad == 0, str(outcome)


def test_a_cut_while_a_backup_is_restored_leaves_the_old_clinic_or_the_restored_one(
    home: tuple[Path, bytes], room: Path, figure: Callable[[str], None]
) -> None:
    outcome = restoring_cuts(home, room)
    figure(f"power cuts, restoring: {outcome}")
    assert outcome.bad == 0, str(outcome)


def test_finds_a_disk_that_ignores_sync_while_a_backup_is_made(home: tuple[Path, bytes], room: Path) -> None:
    outcome = making_cuts(home, room, find="LOST HALF", disk_lies=True)
    assert outcome.kinds["LOST"] + outcome.kinds["HALF"] > 0, str(outcome)


def test_finds_a_name_given_before_the_file_is_on_the_disk(
    home: tuple[Path, bytes], room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoSync:
        def __getattr__(self, name: str) -> object:
            import os

            return (lambda _handle: None) if name == "fsync" else getattr(os, name)

    monkeypatch.setattr(sealing, "os", NoSync())
    outcome = making_cuts(home, room, find="HALF")
    assert outcome.kinds["HALF"] > 0, str(outcome)


def test_finds_files_exchanged_one_by_one(
    home: tuple[Path, bytes], room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "switch", backup.exchange_at_once)
    outcome = restoring_cuts(home, room, is_twin=True)
    assert outcome.bad > 0, str(outcome)
