"""A real server process on a copy of the practice clinic, and headless Chromium with nothing but a keyboard."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.practice import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = (  # noqa: SIM905
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
SCREEN = {"width": 1366, "height": 625}  # what a 1366x768 PC leaves for the page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`clinic run` as a process of its own."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        environment = {**os.environ, "CLINIC_PORT": str(self.port), "CLINIC_DATA": str(self.folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance", "run", "--practice"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url + "/health", timeout=2).read()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    running = Server(folder)
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


class Person:
    """Somebody at a keyboard: keys, typed text, and what the screen then shows."""

    def __init__(self, page: Any, url: str, complaints: list[str]):
        self.page, self.url, self.complaints = page, url, complaints

    def sign_in(self, staff_no: str, desk: str) -> "Person":
        page = self.page
        page.goto(self.url + "/sign-in")
        page.locator("#staff-no").focus()
        self.type(staff_no)
        page.locator("#desk").focus()
        page.locator("#desk").select_option(label=desk)
        page.locator("#password").focus()
        self.type(PASSWORD)
        self.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def press(self, *keys: str) -> "Person":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str, *, pause_ms: int = 45) -> "Person":
        """At a person's pace: slower than a scanner, which is known by its speed."""
        self.page.keyboard.type(text, delay=pause_ms)
        return self

    def scan(self, code: str) -> "Person":
        self.page.keyboard.type(code, delay=5)
        return self.press("Enter")

    def sees(self, text: str, where: str = "body") -> "Person":
        self.page.locator(where).filter(has_text=text).first.wait_for(timeout=8000)
        return self

    def waits_for(self, selector: str) -> "Person":
        self.page.locator(selector).first.wait_for(timeout=8000)
        return self

    def focus(self) -> str:
        """The focused element as `#id` or `tag[name]`."""
        return str(self.page.evaluate(
            "() => { const e = document.activeElement; return e.id ? '#' + e.id : e.tagName.toLowerCase() +"
            " (e.name ? `[${e.name}]` : '') }"
        ))  # fmt: skip

    def has_focus(self, selector: str) -> "Person":
        self.page.wait_for_function(
            "selector => document.activeElement && document.activeElement.matches(selector)", arg=selector, timeout=8000
        )
        return self


@pytest.fixture
def person(server: Server, chromium: Any) -> Iterator[Callable[..., Person]]:
    """`person()`: a fresh browser; a console error in any of them fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_browser(language: str = "zh-CN") -> Person:
        context = chromium.new_context(viewport=SCREEN, locale=language)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda err: complaints.append(str(err)))
        return Person(page, server.url, complaints)

    yield open_browser
    for context in contexts:
        context.close()
    unexpected = [text for text in complaints if "status of 4" not in text]
    assert unexpected == []
