"""A second F9 or Ctrl+Enter that comes with the first acts on nothing new; one that is meant does."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.page_server import calls, wait_for

pytestmark = pytest.mark.browser

ASKED = (
    '<dialog class="dlg"><form hx-post="/confirm" hx-swap="none"><input id="counted" autofocus>'
    '<button type="button" data-close data-key="Esc" autofocus>再看看</button>'
    '<button data-key="F9">交班</button></form></dialog>'
)
INTO_DIALOG = {"HX-Retarget": "#dialog", "HX-Reswap": "innerHTML", "Content-Type": "text/html; charset=utf-8"}


def test_the_second_f9_does_not_confirm_the_dialog_that_the_first_one_opened(page: Page, seen: list[Any]) -> None:
    page.route("**/submit", lambda route: route.fulfill(status=200, body=ASKED, headers=INTO_DIALOG))
    page.click("#name")
    page.keyboard.press("F9")
    expect(page.locator("#dialog dialog")).to_be_visible()
    expect(page.locator("#counted")).to_be_focused()  # the field of a dialog comes before its way back
    page.keyboard.press("F9")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(800)
    assert calls(seen, "/confirm") == []
    page.keyboard.press("F9")
    assert wait_for(lambda: calls(seen, "/confirm"))


def test_the_second_f9_waits_for_the_answer_of_the_first_however_late_it_comes(page: Page, seen: list[Any]) -> None:
    page.evaluate("document.getElementById('go').setAttribute('hx-sync', 'this:replace')")
    late: list[Any] = []
    page.route("**/submit", lambda route: late.append(route))
    page.click("#name")
    page.keyboard.press("F9")
    wait_for(lambda: page.wait_for_timeout(20) or late)
    page.wait_for_timeout(1300)
    page.keyboard.press("F9")
    page.wait_for_timeout(200)
    assert len(late) == 1
    late[0].fulfill(status=200, body="好了")
    expect(page.locator("#rows")).to_have_text("好了")
    page.keyboard.press("F9")
    page.wait_for_timeout(200)
    assert len(late) == 1


def test_the_second_f9_does_nothing_on_the_page_that_the_first_one_brought(page: Page, seen: list[Any]) -> None:
    page.evaluate("""() => { document.getElementById('go').remove();
        document.getElementById('main').insertAdjacentHTML('beforeend',
            '<form action="/page"><button data-key="F9">换页</button></form>'); }""")
    with page.expect_navigation():
        page.keyboard.press("F9")
    page.wait_for_selector("#go")
    page.keyboard.press("F9")
    page.wait_for_timeout(300)
    assert calls(seen, "/submit") == []
    page.wait_for_timeout(900)
    page.keyboard.press("F9")
    assert wait_for(lambda: calls(seen, "/submit"))


def test_a_page_reached_without_f9_takes_the_first_one(page: Page, seen: list[Any]) -> None:
    page.reload()
    page.keyboard.press("F9")
    assert wait_for(lambda: calls(seen, "/submit"))
