"""The test page in a real browser."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.page_server import context, environment, serving

PAGE = Path(__file__).with_name("page.html")
OPTIONS = (
    '<li role="option" data-value="阿奇霉素片" data-fill-drug_id="7" data-fill-dose="0.25" data-fill-unit="g">1 片</li>'
    '<li role="option" aria-disabled="true" data-reason="缺货">2 阿奇霉素颗粒 缺货</li>'
    '<li role="option" data-value="注射用阿奇霉素" data-fill-drug_id="9">3 注射用阿奇霉素</li>'
)
ANSWERS: dict[str, Any] = {
    "/drugs": (200, OPTIONS, {}),
    "/rx": (200, "<p>一行</p>", {"HX-Trigger-After-Settle": {"focus": "#drug"}}),
    "/delete": (200, "", {}),
    "/slow": lambda _fields: (time.sleep(0.4), (204, "", {}))[1],
    "/refused": lambda _fields: (
        time.sleep(0.2), (422, "<p>没有选上</p>", {"HX-Retarget": "#refusal", "HX-Reswap": "innerHTML"})
    )[1],
    "/submit": (422, '<p id="why">还差诊断</p>', {}),
    "/unlock": lambda fields: (
        (204, "", {"HX-Trigger": {"unlocked": {"csrf": "token-2"}}}) if fields["password"] == ["right"]
        else (422, "<p>密码不对</p>", {"HX-Retarget": "#refusal", "HX-Reswap": "innerHTML"})
    ),
}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def seen() -> list[Any]:
    return []


@pytest.fixture
def page(chromium: Browser, seen: list[Any]) -> Iterator[Page]:
    """The test page, open; `seen` fills with the calls (method, path, fields, csrf header)."""
    html = environment({"page.html": PAGE.read_text(encoding="utf-8")}).get_template("page.html").render(context())
    with serving(html, ANSWERS) as (address, calls):
        tab = chromium.new_page(viewport={"width": 1366, "height": 625})
        wrong: list[str] = []
        tab.on("pageerror", lambda err: wrong.append(str(err)))
        tab.goto(f"{address}/page")
        seen.append(calls)
        yield tab
        tab.close()
        assert wrong == []
