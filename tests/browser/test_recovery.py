"""The recovery page in Chromium: the keys come back by the keyboard alone, in a window of a small PC."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import keys, opening
from tests.browser.conftest import SHOTS
from tests.faults.server_process import ServerProcess

pytestmark = pytest.mark.browser
WINDOW = {"width": 1366, "height": 625}


@pytest.fixture
def keyless(folder: Path) -> Iterator[ServerProcess]:
    shutil.rmtree(folder / opening.KEYS)
    server = ServerProcess(folder)
    server.begin()
    server.page_instead()
    yield server
    if server.process is not None:
        assert server.stop() in (0, 2)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_seventeen_numbers_are_typed_one_after_the_other_and_the_clinic_is_there(
    keyless: ServerProcess, seed: bytes, chromium: Any, tmp_path: Path, language: str
) -> None:
    page = chromium.new_page(viewport=WINDOW, locale=language)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{keyless.url}/recovery?lang={language}")
    assert page.evaluate("document.activeElement.id") == "word1"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    album = Path(SHOTS) if SHOTS else tmp_path
    page.screenshot(path=album / f"recovery-key-{language[:2]}.png", full_page=True)
    words = keys.sheet_words(seed)
    for place, word in enumerate(words, 1):
        page.keyboard.type("123456" if place == 3 else word)
        if place < keys.WORDS:
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == f"word{place + 1}"
    page.keyboard.press("F9")
    page.wait_for_selector("#word3-msg")
    assert page.evaluate("document.activeElement.id") == "word3", "the wrong one has the focus, the others are kept"
    page.screenshot(path=album / f"recovery-wrong-{language[:2]}.png", full_page=True)
    page.wait_for_timeout(1_100)  # a second F9 right after the first is swallowed
    page.keyboard.press("Control+a")
    page.keyboard.type(words[2])
    page.keyboard.press("F9")
    page.wait_for_url(f"{keyless.url}/sign-in**")
    assert (keyless.folder / opening.KEYS / "data.key").exists()
    assert [said for said in complaints if "422" not in said] == []
    page.close()
