"""The clinic server cannot be reached: typing goes on, nothing is lost, only sending waits."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.page_server import calls, wait_for

pytestmark = pytest.mark.browser


def loses(page: Page, *paths: str) -> None:
    for path in (*paths, "/health"):
        page.route(f"**{path}", lambda route: route.abort("connectionrefused"))


def comes_back(page: Page, *paths: str) -> None:
    for path in (*paths, "/health"):
        page.unroute(f"**{path}")
    page.route("**/health", lambda route: route.fulfill(status=200, body="ok"))
    expect(page.locator("#down")).to_be_hidden(timeout=8000)


def test_typing_goes_on_and_a_command_is_pressed_again_by_the_person(page: Page, seen: list[Any]) -> None:
    loses(page, "/submit")
    page.click("#name")
    page.keyboard.type("还在")
    page.keyboard.press("F9")
    expect(page.locator("#down")).to_be_visible()
    page.keyboard.type("，接着写")
    expect(page.locator("#name")).to_have_value("还在，接着写")
    page.click("#q1")
    page.click("#send")
    comes_back(page, "/submit")
    expect(page.locator("#toast")).to_have_text("又连上了，刚才没送出去的再按一次")
    page.wait_for_timeout(100)
    assert calls(seen, "/submit") == [] and calls(seen, "/note") == []
    expect(page.locator("#name")).to_have_value("还在，接着写")


def test_a_draft_saves_itself_when_the_server_is_back_and_nothing_is_to_be_pressed(page: Page, seen: list[Any]) -> None:
    page.evaluate("""() => { const form = document.getElementById('note'), copy = form.cloneNode(true);
        copy.setAttribute('hx-trigger', 'input delay:50ms, change delay:50ms');
        form.replaceWith(copy); htmx.process(copy); }""")
    loses(page, "/note")
    page.click("#name")
    page.keyboard.type("咳嗽")
    expect(page.locator("#down")).to_be_visible()
    page.keyboard.type("三天")
    page.wait_for_timeout(200)
    comes_back(page, "/note")
    assert wait_for(lambda: calls(seen, "/note"))[-1]["name"] == ["咳嗽三天"]
    expect(page.locator("#toast")).to_have_text("又连上了")


def test_a_lost_poll_leaves_nothing_to_press(page: Page) -> None:
    loses(page, "/status/chips")
    page.evaluate("() => { htmx.ajax('GET', '/status/chips', '#status-chips').catch(() => {}); }")
    expect(page.locator("#down")).to_be_visible()
    comes_back(page, "/status/chips")
    expect(page.locator("#toast")).to_have_text("又连上了")
