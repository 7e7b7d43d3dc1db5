"""A picture of every main screen in both languages, into the folder that CLINIC_SHOTS names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day, screens, states
from tests.browser.conftest import SHOTS, Server
from tests.browser.screens import SCREENS, Screen, Visitors

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(
        template, tmp_path_factory, lambda clinic: states.prepare_states(clinic, screens.prepare(clinic))
    )


@pytest.fixture(scope="module")
def visitors(chromium: Any, server: Server) -> Iterator[Visitors]:
    yield from screens.visitors(chromium, server)


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(SHOTS) if SHOTS else tmp_path_factory.mktemp("shots")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("screen", (*SCREENS, *states.STATES), ids=lambda screen: screen.name)
def test_the_screen_is_whole_each_key_means_one_thing_and_its_console_is_silent(
    visitors: Visitors, screen: Screen, language: str, album: Path
) -> None:
    one = visitors.at(screen, language)
    one.page.screenshot(path=album / f"{screen.name}-{language[:2]}.png", caret="initial")
    assert screens.shows(one, screen) == []
    assert screens.key_clashes(one) == []
    assert visitors.office.complaints == []
