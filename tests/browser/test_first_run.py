"""The first start in Chromium, by the keyboard alone: from the code on the console to the sign-in page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import opening
from tests.browser.conftest import SHOTS
from tests.faults.server_process import ServerProcess

pytestmark = pytest.mark.browser
WINDOW = {"width": 1366, "height": 625}
FACTS = ("样例卫生院", "YL01", "990499101", "何静", "0001", "three-willow-trees")
SWALLOWED_MS = 1_100  # an F9 right after the page it brought is the same press
FITS = "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "clinic")
    server.begin()
    server.wait_until_ready()
    yield server
    assert server.stop() == 0


class Screen:
    """A page that must fit the window of a small PC at every step, whose pictures are kept for who looks at them."""

    def __init__(self, page: Any, language: str, album: Path):
        self.page, self.language, self.album = page, language, album

    def fits(self, name: str) -> None:
        self.page.screenshot(path=self.album / f"first-run-{name}-{self.language[:2]}.png")
        assert self.page.evaluate(FITS), f"{name} does not fit"
        over = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        assert self.page.evaluate(f"{over}.length") == 0, f"{name}: something is outside"

    def goes_on(self) -> None:
        self.page.wait_for_timeout(SWALLOWED_MS)
        self.page.keyboard.press("F9")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_clinic_is_made_by_keyboard_and_speaks_the_chosen_language(
    fresh: ServerProcess, chromium: Any, tmp_path: Path, language: str
) -> None:
    page = chromium.new_page(viewport=WINDOW, locale=language)
    screen = Screen(page, language, Path(SHOTS) if SHOTS else tmp_path)
    page.goto(f"{fresh.url}/first-run?lang={language}")
    code = re.search(r"启动码 (\d{8})", fresh.console())
    assert code is not None
    page.wait_for_selector("#code:focus")
    screen.fits("code")
    page.keyboard.type(code[1], delay=60)  # faster would be a scanner
    page.keyboard.press("Enter")
    page.wait_for_selector("#name:focus")
    screen.fits("facts")
    for fact in FACTS:
        page.keyboard.type(fact)
        page.keyboard.press("Tab")
    page.keyboard.type("three-willow-tree")
    screen.goes_on()
    page.wait_for_selector("#password:focus")
    screen.fits("facts-wrong")
    for _ in range(2):
        page.keyboard.type("three-willow-trees")
        page.keyboard.press("Tab")
    screen.goes_on()
    page.wait_for_selector(".keysheet")
    screen.fits("sheet")
    words = page.locator(".keysheet td b").all_inner_texts()
    screen.goes_on()
    page.wait_for_selector("[name^=word]")
    screen.fits("words")
    for name in page.eval_on_selector_all("[name^=word]", "all => all.map(one => one.name)"):
        page.keyboard.type(words[int(name.removeprefix("word")) - 1])
        page.keyboard.press("Tab")
    screen.goes_on()
    page.wait_for_url(f"{fresh.url}/sign-in**", timeout=30_000)
    assert page.evaluate("document.documentElement.lang").startswith(language[:2])
    assert opening.exists(fresh.folder)
    page.keyboard.type("0001")
    page.keyboard.press("Tab")
    page.keyboard.type("three-willow-trees", delay=60)
    page.keyboard.press("Enter")
    page.wait_for_selector(".topbar")
    page.close()
