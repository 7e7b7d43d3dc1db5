"""`make faults` fails when something is bad, when a wrong twin passes, and when a trial breaks off."""

import sys

import pytest

from tests.faults import __main__ as faults
from tests.faults.trials import QUICK, Trial


def ends(bad: int, *, must_fail: bool = False) -> Trial:
    return Trial("a trial", lambda _size, _seed: (f"bad {bad}\nwhat was found", bad), must_fail)


def breaks_off(_size: object, _seed: int) -> tuple[str, int]:
    raise AssertionError("no answer")


@pytest.mark.parametrize(
    ("trials", "code"),
    (
        ((ends(0), ends(3, must_fail=True)), 0),
        ((ends(0), ends(1)), 1),
        ((ends(0), ends(0, must_fail=True)), 1),
        ((ends(0), Trial("a trial", breaks_off)), 1),
        ((ends(0), Trial("a trial", breaks_off, must_fail=True)), 1),
        ((), 1),
    ),
    ids=("as expected", "bad", "wrong twin passes", "breaks off", "wrong twin breaks off", "nothing done"),
)
def test_the_exit_code_says_whether_all_was_as_expected(
    trials: tuple[Trial, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faults, "TRIALS", trials)
    monkeypatch.setattr(sys, "argv", ["faults", "--quick"])
    assert faults.main() == code
    said = capsys.readouterr().out
    assert ("NOT AS EXPECTED" in said) is (code == 1 and bool(trials))
    assert f"of {len(trials)} trials as expected" in said


def test_what_was_found_stands_below_its_line_of_the_table() -> None:
    assert "what was found" in faults.table([ends(1).run(QUICK, 1)])
    assert "what was found" not in faults.table([ends(0).run(QUICK, 1)])
