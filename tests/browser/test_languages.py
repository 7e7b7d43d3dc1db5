"""Changing the language, and refusals in it; that every screen is whole in both is held by the album."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day, screens
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, screens.prepare)


def test_the_language_is_changed_by_keyboard_and_stays(server: Server, person: Callable[..., Person]) -> None:
    """On the page where one is; what the session says holds in every window of this browser."""
    registrar = person().sign_in("0001", "挂号 1号窗").opens("挂号")
    registrar.goes_to(".lang button", key="Shift+Tab").press("Enter").sees("Register and print", "#register")
    assert registrar.page.get_attribute("html", "lang") == "en"
    registrar.page.goto(server.url + "/patients/")
    assert registrar.page.get_attribute("html", "lang") == "en"
    registrar.goes_to(".lang button", key="Shift+Tab").press("Enter").waits_for("html[lang=zh-CN]", state="attached")


def test_a_refusal_speaks_the_language_of_the_person(server: Server, person: Callable[..., Person]) -> None:
    doctor = person("doctor", "en", at=f"/doctor/visits/{server.made['stopped']}")
    doctor.press("F9").waits_for("#refusal .refusal")
    assert not re.search(screens.CHINESE, doctor.page.inner_text("#refusal"))
    registrar = person("registrar", "en", at="/registration/")
    registrar.press("F9").waits_for("#refusal .refusal")
    assert not re.search(screens.CHINESE, registrar.page.inner_text("#refusal"))
    registrar.press("Alt+n").type("Zhou").press("F9").waits_for("#errsum")
    assert not re.search(screens.CHINESE, registrar.page.inner_text("#errsum"))
