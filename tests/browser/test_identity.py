"""Who somebody is, by keyboard: an unknown person, twins, a village's health-record number, a chart that asks why."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser
QUICK_ENOUGH_S = 30


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory)


def opens_card(who: Person, initials: str) -> Person:
    """The card by the search page: type, arrow down into the list, Enter."""
    who.opens("患者").has_focus("#q").type(initials)
    who.settles().page.wait_for_timeout(400)
    who.settles().press("ArrowDown", "Enter").waits_for("#patient-banner .pt-name")
    return who


def test_an_unknown_person_is_registered_in_half_a_minute_identified_and_merged(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").has_focus("#q")
    began = time.monotonic()
    registrar.press("Alt+n").has_focus("#name").press("Shift+Tab", "Space")
    registrar.goes_to("#sex").press("Space").goes_to("#kind").press("ArrowRight")
    registrar.press("F9").sees("挂号成功", "#toast")
    assert time.monotonic() - began < QUICK_ENOUGH_S
    opens_card(registrar, "wms").sees("无名氏-", ".pt-name").has_focus("#person-form h2")
    registrar.press("Alt+l").sees("建档以后没有改过").press("Escape").waits_for("#person-form")
    registrar.goes_to("#name").press("Control+a").composes("ljg", "刘建国")
    registrar.goes_to("#born_on").type("19690311").goes_to("#is_temporary").press("Space", "F9")
    registrar.sees("资料改好了", "#toast").sees("刘建国", ".pt-name")
    registrar.opens("患者").has_focus("#q").press("Alt+p").has_focus("[id^=compare]").press("Enter")
    registrar.waits_for("#dialog dialog[open]").sees("990499********4413", "#dialog dialog").press("F9")
    registrar.sees("已提出合并", "#toast")
    manager = person("manager", at="/patients/links")
    manager.sees("刘**").press("Alt+y").sees("两份档案合成一份看了", "#toast")


def test_twins_are_two_records_with_one_mother(person: Callable[..., Person]) -> None:
    registrar = opens_card(person("registrar", at="/registration/"), "zly").sees("张兰英", ".pt-name")
    registrar.press("Alt+n").has_focus("#born_on").press("F9").has_focus("#born_on, #sex_1, h2")
    registrar.sees("第 1 个的性别", ".err .msg")
    registrar.goes_to("#sex_1").press("Space").goes_to("#sex_2").press("ArrowRight", "ArrowRight").press("F9")
    registrar.sees("建好了：张兰英之子、张兰英之女", "#toast")
    registrar.sees("第 1 个出生", "#belongings").sees("第 2 个出生", "#belongings")
    daughter = opens_card(registrar, "zlyzn").sees("张兰英之女", ".pt-name")
    daughter.sees("母亲", "#belongings").sees("张兰英", "#belongings")


def test_a_village_is_chosen_and_gives_the_next_number(person: Callable[..., Person]) -> None:
    registrar = opens_card(person("registrar", at="/registration/"), "wds").sees("王大山", ".pt-name")
    registrar.goes_to("#village").type("sb").waits_for("#village-sug [role=option]").press("1")
    registrar.holds("#village", "石坝村").press("F9").sees("资料改好了", "#toast")
    registrar.press("Alt+k").sees("健康档案号 99049910110300017", "#toast")
    registrar.sees("99049910110300017", "#belongings")
    registrar.opens("患者").has_focus("#q").type("99049910110300017")
    registrar.sees("王大山", "#hits")


def test_a_chart_asks_for_a_reason_and_the_reason_is_reviewed(person: Callable[..., Person]) -> None:
    doctor = opens_card(person("doctor", at="/doctor"), "wxb").sees("吴小宝", ".pt-name")
    doctor.press("Alt+m").has_focus("#reason").press("F9").sees("写明为什么要看", ".msg")
    doctor.goes_to("#reason").composes("jz", "急诊，查用药").press("F9").sees("打开了，这次查看会有人审查", "#toast")
    doctor.sees("病历一览")
    officer = person("security_officer", at="/patients/access-reviews")
    officer.sees("查阅待审 1", "#status-chips").has_focus("[id^=review-]").press("Enter")
    officer.waits_for("#dialog dialog[open]").sees("急诊，查用药", "#dialog dialog").press("1")
    officer.waits_for("#verdict:checked", "attached").press("F9")
    officer.sees("审查记好了", "#toast").sees("没有等着审的")


def test_whole_numbers_are_shown_for_a_purpose(person: Callable[..., Person]) -> None:
    registrar = opens_card(person("registrar", at="/registration/"), "cgy")
    registrar.press("Alt+w").waits_for("#dialog dialog[open]").press("1").waits_for("#purpose:checked", "attached")
    registrar.press("F9").sees("990499195805020021", "#dialog dialog")
    registrar.press("Escape").waits_for("#dialog dialog", state="detached")


def test_two_at_one_record_see_both_texts(person: Callable[..., Person]) -> None:
    first = opens_card(person("registrar", at="/registration/"), "gl")
    url = re.sub(r".*(/patients/[0-9a-f]{32}).*", r"\1", first.page.url)
    second = person("cashier", at=url)
    for one, place in ((first, "新街 32 号"), (second, "新街 33 号")):
        one.goes_to("#address").press("Control+a").type(place)
    first.press("F9").sees("资料改好了", "#toast")
    second.press("F9").waits_for("#both").sees("新街 32 号", "#both").sees("新街 33 号", "#both")
    second.press("F9").sees("资料改好了", "#toast").holds("#address", "新街 33 号")
