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

from tests.browser.keyboard import Person
from tests.browser.office import CHROMIUM, Office

ROOT = Path(__file__).resolve().parents[2]
SHOTS = os.environ.get("CLINIC_SHOTS", "")  # a folder for pictures of the screens, those of failed tests among them
FAILED = pytest.StashKey[bool]()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`clinic run` as its own process; `made` and `tokens`: what was prepared in its folder, and begun sessions."""

    def __init__(self, folder: Path, made: Any = None, tokens: dict[tuple[str, str], str] | None = None):
        self.folder, self.port, self.made, self.tokens = folder, free_port(), made, tokens or {}
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


@pytest.fixture(scope="module")  # no longer: a process can hold one Playwright only, and other folders start theirs
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report  # type: ignore[return-value]


@pytest.fixture
def person(server: Server, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """`person("doctor", at="/doctor")`: a browser of their own, signed in; `person()`: a fresh one, nobody signed in.

    A console error, an answer of 500 or more, a script's dialog or a lost focus in any of them fails the test.
    """
    office = Office(chromium, server.url, server.tokens)
    yield office.open
    if request.node.stash.get(FAILED, False) and SHOTS:
        office.photograph(Path(SHOTS), f"failed-{request.node.name}")
    office.close()
    assert office.unexpected() == []
