"""Figures that a test measured (steps, cuts, restart times), shown once at the end of the run.

A folder whose tests measure something imports `figure` and `pytest_terminal_summary` in its conftest.
"""

from collections.abc import Callable
from typing import Any

import pytest

_FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """`figure("1,000 cuts, 0 bad")` says it in the summary of the run."""
    return pytestconfig.stash.setdefault(_FIGURES, []).append


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lines = config.stash.get(_FIGURES, [])
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
    config.stash[_FIGURES] = []  # several folders import this hook; the first one shows them
