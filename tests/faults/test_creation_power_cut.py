"""A power cut while a clinic is made leaves a whole clinic or none; a half-made one is never served."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clinic_app.kernel import db, keys, opening
from clinic_app.kernel.errors import Refused
from tests.faults import creation_workload as creation
from tests.faults.replay import Outcome, replay, scratch_folder

POINTS, AT_NAMES, FEW_POINTS, FEW_AT_NAMES = 80, 4, 20, 8


@pytest.fixture
def room() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


def cuts(folder: Path, *, disk_lies: bool = False, few: bool = False, find: str = "") -> Outcome:
    """Few in all, but many where names change, for a wrong twin; until each kind of `find` is seen."""
    seed = keys.new_seed()
    tape = creation.tape_of(folder, seed, disk_lies=disk_lies)
    points, at_names = (FEW_POINTS, FEW_AT_NAMES) if few else (POINTS, AT_NAMES)
    return replay(
        tape, creation.Judge(seed), points=points, seed=1, at_names=at_names,
        until=lambda outcome: bool(find) and all(outcome.kinds[kind] for kind in find.split()),
    )  # fmt: skip


def test_a_cut_while_a_clinic_is_made_leaves_it_whole_or_none_to_begin_again(
    room: Path, figure: Callable[[str], None]
) -> None:
    outcome = cuts(room)
    figure(f"power cuts, making a clinic: {outcome}")
    assert outcome.bad == 0, str(outcome)


def test_a_cut_while_it_is_made_again_over_a_half_made_one(room: Path) -> None:
    creation.leave_half_made(room)
    outcome = cuts(room)
    assert outcome.bad == 0, str(outcome)


def test_finds_a_disk_that_ignores_sync(room: Path) -> None:
    outcome = cuts(room, disk_lies=True, few=True, find="LOST HALF")
    assert outcome.kinds["LOST"] > 0 and outcome.kinds["HALF"] > 0, str(outcome)


@pytest.mark.parametrize(
    ("kept", "found"), (((0,), "LOST"), ((0, 3), "HALF")), ids=("no directory sync", "at the end only")
)
def test_finds_directory_syncs_left_out(
    room: Path, monkeypatch: pytest.MonkeyPatch, kept: tuple[int, ...], found: str
) -> None:
    """The syncs are of the keys' folder, before the renames, between them, and after them."""
    creation.keep_directory_syncs(monkeypatch.setattr, kept)
    outcome = cuts(room, few=True, find=found)
    assert outcome.kinds[found] > 0, str(outcome)


def test_what_a_cut_left_between_the_renames_is_a_clinic_for_every_command(folder: Path) -> None:
    (folder / opening.KEYS).rename(folder / (opening.KEYS + opening.NEW))
    opening.open_clinic(folder, creation.steps())
    db.close_database()
    assert (folder / opening.KEYS).exists()


def test_no_clinic_is_made_over_the_log_of_a_lost_one(tmp_path: Path) -> None:
    """SQLite would play the log into the new database."""
    (tmp_path / f"{opening.DATABASE}-wal").write_bytes(b"what is left")
    assert opening.exists(tmp_path)
    with pytest.raises(Refused) as refused:
        creation.tape_of(tmp_path, keys.new_seed())
    assert refused.value.code == "clinic.exists"
    assert (tmp_path / f"{opening.DATABASE}-wal").read_bytes() == b"what is left"
