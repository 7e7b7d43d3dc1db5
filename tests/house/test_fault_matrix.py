"""Every fault of the matrix names a trial or a test that is there."""

import re

from tests.faults.trials import TRIALS
from tests.house.source import ROOT

NEEDED = {*range(1, 26), *range(41, 46)}
TEXT = (ROOT / "tests" / "faults" / "MATRIX.md").read_text("utf-8")
LINES = [line.split("|") for line in TEXT.splitlines() if line.startswith("| ")]
ROWS = {int(cells[1]): cells for cells in LINES if cells[1].strip().isdigit()}


def test_every_fault_has_a_row_with_a_figure() -> None:
    assert set(ROWS) >= NEEDED
    for number, cells in ROWS.items():
        assert len(cells) == 7 and all(cell.strip() for cell in cells[1:6]), number


def test_every_trial_that_is_named_is_one() -> None:
    titles = {trial.title for trial in TRIALS}
    for number, cells in ROWS.items():
        named = re.findall(r'"([^"]+)"', cells[4])
        assert set(named) <= titles, (number, set(named) - titles)
        assert named or "tests/" in cells[4], number


def test_every_test_file_that_is_named_is_there() -> None:
    for path in re.findall(r"tests/[\w/]+(?:\.py)?", TEXT):
        assert (ROOT / path).exists(), path


def test_no_trial_on_the_disk_stands_outside_the_matrix_by_mistake() -> None:
    """The rows of the PC's faults are all named, or are the wrong twin beside one that is."""
    from tests.faults.pc_trials import ROWS as PC

    twins = {title for title, _act, must_fail in PC if must_fail}
    assert {title for title, _act, _must in PC} - twins <= set(re.findall(r'"([^"]+)"', TEXT))
