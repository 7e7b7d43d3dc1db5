"""The office by keyboard alone: the manager's first minutes, a list kept with a Chinese input method, slips."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day, office_screens
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser


def prepare(clinic: Clinic) -> dict[str, str]:
    office_screens.money(clinic)
    return {}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def test_the_manager_begins_with_what_waits_and_answers_it(person: Callable[..., Person]) -> None:
    manager = person().sign_in("0006", "办公室").sees("1 件退费、减免或欠费等你批", "#todo")
    manager.goes_to("#todo a").press("Enter").has_focus("#a1").press("Enter").sees("丁立夏", "#dialog dialog")
    manager.press("2", "F9").sees("不批要写", "#dialog dialog").goes_to("#answer").composes("zheng'ming", "要先看证明")
    manager.holds("#answer", "要先看证明").press("F9").sees("没有要批的", "#waiting").sees("要先看证明", "#decided")
    manager.page.go_back()
    manager.settles().press("F5")
    manager.page.reload()
    assert manager.page.locator("#dialog dialog[open]").count() == 0
    assert "等你批" not in person("manager", at="/reports").page.inner_text("#todo")


def test_a_figure_opens_its_rows_and_they_are_taken_away_once_with_a_reason(person: Callable[..., Person]) -> None:
    manager = person("manager", at="/reports").has_focus("h2")
    manager.goes_to("a[href*='account=income']").press("Enter").sees("一般诊疗费", "#rows .pane-h").sees(
        "10.00", "#rows td"
    )
    manager.press("F9").sees("写一下拿去做什么", "#reason-msg").has_focus("#reason").type("county report")
    with manager.page.expect_download() as taken:
        manager.press("F9", "F9")
    assert taken.value.suggested_filename.endswith(".xlsx")
    manager.press("Escape").waits_for(".kpis")


def test_a_supplier_is_added_through_an_input_method_without_any_english(person: Callable[..., Person]) -> None:
    """Enter, F9, Esc and Space that belong to the unfinished word neither save, nor leave, nor walk on."""
    administrator = person("administrator", at="/dictionaries/lists/suppliers").has_focus("#q").press("Alt+n")
    administrator.has_focus("#f-code").type("G900").press("Enter").has_focus("#f-name")
    administrator.composes("qing'xi'yi'yao", "青溪医药").holds("#f-name", "青溪医药").has_focus("#f-name")
    assert administrator.page.url.endswith("/suppliers/new")
    administrator.goes_to("#f-source", key="Enter").composes("he'tong", "供货合同").press("F9", "F9")
    administrator.sees("青溪医药", "#toast").press("Escape").has_focus("#q")
    administrator.composes("qing'xi", "青溪医药").sees("G900", "#rows tr:only-child")
    english = person("administrator", "en", at="/dictionaries/lists/suppliers/G900")
    english.holds("#f-name_en", "青溪医药")


def test_a_word_composed_in_the_search_of_the_registration_finds_and_chooses_nobody(
    person: Callable[..., Person],
) -> None:
    registrar = person("registrar", at="/registration/").has_focus("#q").composes("chen'gui'ying", "陈桂英")
    registrar.holds("#q", "陈桂英").has_focus("#q").waits_for("#found:not([aria-busy]) [role=option]")
    assert registrar.page.input_value("#reg-form input[name=patient]") == ""
    registrar.press("ArrowDown", "Enter").holds("#name", "陈桂英")
    registrar.press("F9", "F9").sees("挂号成功", "#toast").has_focus("#q")
    assert registrar.page.locator("#queue tr:has-text('陈桂英')").count() == 1


def test_a_wrong_value_of_a_parameter_is_told_and_a_reload_saves_nothing(person: Callable[..., Person]) -> None:
    administrator = person("administrator", at="/parameters").has_focus("#q").type("锁屏").press("Enter").settles()
    administrator.has_focus("#q").press("ArrowDown").has_focus("#parameter-rows a").press("Enter").has_focus("#value")
    administrator.press("Control+a").type("abc").press("F9").has_focus("#value").sees("abc", "#parameter .msg")
    administrator.page.reload()
    administrator.holds("#value", "abc").sees("abc", "#parameter .msg")
    administrator.page.goto(administrator.page.url)
    administrator.holds("#value", "900")
