"""Calls, missed calls and results by keyboard at both desks, and the screen in the waiting room."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day
from tests.browser.conftest import SHOTS, Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory)


def takes(registrar: Person, name: str) -> Person:
    """A line of the triage desk by keyboard: down to the name, Enter."""
    registrar.waits_for("#dialog dialog", state="detached").sees(name, "#line tr").goes_to("#l1", key="Tab")
    for _ in range(30):
        if name in registrar.page.evaluate("document.activeElement.innerText"):
            return registrar.press("Enter").waits_for("#dialog dialog[open]")
        registrar.press("ArrowDown")
    raise AssertionError(f"{name} is not in the line")


def test_a_day_of_calls(person: Callable[..., Person]) -> None:
    """Call, nobody comes, the next one, tests, back with results: the same number, the same doctor."""
    registrar, doctor = person("registrar"), person("doctor")
    first, second = (day.registers(registrar, typed) for typed in ("ljg", "cgy"))
    screen = person().sign_in("0003", "护士站")
    screen.page.goto(screen.url + "/registration/screen?bell=1")
    screen.sees("还没叫号").sees(str(first), ".tv-w")

    doctor.opens("门诊工作站").press("Alt+j").sees(f"{first} 号叫了", "#toast")
    screen.sees("刘**", ".tv-1").sees("二诊室", ".tv-1")
    if SHOTS:
        screen.page.screenshot(path=Path(SHOTS) / "call-screen-zh.png")
    assert "刘建国" not in screen.page.content() and "陈桂英" not in screen.page.content()
    doctor.press("Alt+j").settles()
    doctor.page.wait_for_timeout(300)
    doctor.press("Alt+o").sees(f"{first} 号过号", "#toast").sees("过号", f"#q-{first} .tag")
    doctor.press("F9").has_focus("#chief-complaint").sees("陈桂英", "#patient-banner")
    screen.sees("陈**", ".tv-1")

    doctor.press("Alt+h").sees(f"{second} 号去检查", "#toast").sees("等结果", f"#q-{second} .tag")
    takes(registrar.opens("分诊").sees("过号", "#line tr"), "刘建国").press("Alt+1")
    registrar.sees(f"{first} 号又排上了", "#toast")
    takes(registrar, "陈桂英").press("Alt+1").sees(f"{second} 号回诊", "#toast").sees("回诊", "#line .tag")
    doctor.opens("门诊工作站").sees("回诊", f"#q-{second} .tag").press("F9").sees("陈桂英", "#patient-banner")
    doctor.press("Alt+b").waits_for("[data-key='Alt+J']").press("Alt+j").sees(f"{first} 号叫了", "#toast")


def test_a_patient_opened_by_mistake_is_given_back(person: Callable[..., Person]) -> None:
    registrar, doctor = person("registrar"), person("paediatrician")
    number = day.registers(registrar, "wxb", room="一诊室")
    doctor.opens("门诊工作站").press("F9").has_focus("#chief-complaint")
    doctor.press("Alt+m").sees(f"{number} 号过号", "#toast")
    doctor.goes_to(f"#q-{number}", key="ArrowDown").press("Enter").has_focus("#chief-complaint")


def test_fever_is_found_at_the_triage_desk(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    number = day.registers(registrar, "zly")
    takes(registrar.opens("分诊"), "张兰英").has_focus("#temperature").type("39.1")
    registrar.press("F9").sees(f"{number} 号分诊好了，转到发热诊室", "#toast")
    registrar.sees("发热诊室", "#line tr:has-text('张兰英')").sees("39.1", "#line tr:has-text('张兰英')")


def test_the_board_tells_everybody_at_their_step(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    day.registers(registrar, "gla")
    registrar.opens("看板").sees("候诊", "#board tr:has-text('古丽')").press("Alt+l").sees("不看完成的", "#board")
