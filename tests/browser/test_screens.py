"""A picture of every main screen in both languages, into the folder that CLINIC_SHOTS names.

English ones hold no Chinese but data, and everything fits also into a small window and at 150 %.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day, screens, states
from tests.browser.conftest import SHOTS, Server
from tests.browser.keyboard import Person
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
    if language == "en" and screen in SCREENS:
        check_english(one, screen)
    assert visitors.office.complaints == []


def check_english(one: Person, screen: Screen) -> None:
    assert one.page.get_attribute("html", "lang") == "en"
    left = {text for text in one.page.evaluate(screens.SAID) if re.search(screens.CHINESE, without_data(text))}
    assert left == set()
    misfits = {size: screens.shows(one, screen, size) for size in (screens.SMALL, screens.ZOOMED, screens.AT_WORK)}
    assert [size for size, found in misfits.items() if found] == [], misfits


def without_data(text: str) -> str:
    masked = (name[0] + "*" * (len(name) - 1) for name in states.NAMES.values())
    for word in (*screens.data_words(), *states.NAMES.values(), *masked):
        text = text.replace(word, "")
    return text
