"""kill -9 of the real server under load: nothing answered is lost, nothing is done twice, no number is left out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import kill_loop

KILLS, CONTROL_KILLS, CLERKS = 20, 2, 6


@pytest.mark.rule("M6", "N1")
def test_twenty_kills_lose_and_double_nothing(folder: Path, figure: Callable[[str], None]) -> None:
    report = kill_loop.run(folder, kills=KILLS, clerks=CLERKS, seed=1)
    figure(f"kill -9: {report}")
    assert report.findings == {}, str(report)
    assert report.answered == report.forms >= 50
    assert report.replays > 0, "nobody sent a form again that had been done"
    assert report.again > 0, "nobody went back and pressed once more"
    assert set(report.kinds) == set(kill_loop.EFFECTS), "a kind of form was never sent"


def test_finds_the_doubles_of_a_page_that_draws_its_key_anew(folder: Path) -> None:
    """Negative control: a fresh key on each try, as if the once-table were not there."""
    report = kill_loop.run(folder, kills=CONTROL_KILLS, clerks=CLERKS, seed=2, fresh_keys=True)
    assert report.findings["DOUBLE"] > 0, str(report)
