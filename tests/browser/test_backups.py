"""Backing up by keyboard alone, on a real server with its real child process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.backup import places
from tests.browser import day
from tests.browser.conftest import SHOTS, Server
from tests.browser.keyboard import Person
from tests.faults.replay import scratch_folder

pytestmark = pytest.mark.browser
MADE_MS = 60_000


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, lambda _clinic: {})


def backs_up(who: Person, count: int) -> None:
    """F9, and the page follows it by itself until the list is longer."""
    who.press("F9")
    who.page.locator(f"#files tbody tr:nth-child({count})").wait_for(timeout=MADE_MS)
    who.page.locator("#copies progress").wait_for(state="detached", timeout=MADE_MS)


@pytest.fixture
def disk(server: Server) -> Iterator[Path]:
    """A folder on another file system than the clinic's."""
    with scratch_folder() as folder:
        if places.is_on_disk_of(server.folder, folder):
            pytest.skip("one file system holds everything here")
        yield folder


def test_a_folder_on_the_disk_of_the_clinic_is_no_second_copy(person: Callable[..., Person], tmp_path: Path) -> None:
    who = person("administrator", at="/backups/").goes_to("#folder").type(str(tmp_path)).goes_to("#name").type("x")
    who.press("Alt+n").sees("同一块盘上", "#targets")


def test_the_first_backup_another_disk_and_its_copy(
    person: Callable[..., Person], server: Server, disk: Path
) -> None:
    who = person("administrator", at="/backups/").sees("还没有备份", "#files").sees("没有这一份", "#copy-2")
    backs_up(who, 1)
    who.sees("刚做", "#copy-1").sees("恢复演练", "#drill").sees("手动", "#files")
    who.goes_to("#folder").type(str(disk)).goes_to("#name").type("蓝色 U 盘").press("Alt+n")
    who.sees("蓝色 U 盘", "#targets").sees("还没有", "#copy-2")
    backs_up(who, 2)
    who.sees("刚做", "#copy-2").settles()
    if SHOTS:
        who.page.screenshot(path=Path(SHOTS) / "backups-made-zh.png", caret="initial")
        english = person("administrator", "en", at="/backups/")
        english.page.screenshot(path=Path(SHOTS) / "backups-made-en.png", caret="initial")
    assert len(places.backups_in(disk)) == 1 and len(places.local_backups(server.folder)) == 2
    who.goes_to("#targets form button").press("Enter").sees("只有本机一份", "#targets")


def test_a_folder_that_is_not_there_keeps_what_was_typed(person: Callable[..., Person]) -> None:
    who = person("administrator", at="/backups/").goes_to("#folder").type("/not/there").goes_to("#name").type("x")
    who.press("Alt+n").sees("不能放备份", "#targets").holds("#folder", "/not/there")


def is_in_sight(who: Person, selector: str) -> bool:
    """The whole of it, without scrolling anything."""
    return bool(who.page.locator(selector).evaluate("""it => {
        const own = it.getBoundingClientRect(), pane = it.closest(".pane-b").getBoundingClientRect();
        return own.height > 0 && own.top >= pane.top && own.bottom <= pane.bottom;
    }"""))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_check_of_this_pc_is_in_sight(person: Callable[..., Person], language: str) -> None:
    assert is_in_sight(person("administrator", language, at="/self-check/").settles(), "#found tbody tr:last-child")
