"""What the registration desk does besides registering, by keyboard: cancelling, reprinting, two windows of one desk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory)


def test_a_number_is_cancelled_with_a_reason_and_the_queue_says_so(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    number = day.registers(registrar, "cgy")
    registrar.sees("陈桂英", f"#queue #v{number}").press("Alt+x").waits_for("#dialog dialog[open]")
    registrar.has_focus("#reason").press("F9").sees("原因", "#dialog .msg").has_focus("#reason")
    registrar.page.wait_for_timeout(1100)  # a second F9 within a second counts as the same press
    registrar.press("2").waits_for("[value=挂错诊室]:checked", state="attached")
    registrar.press("F9").sees(f"{number} 号已退", "#toast").sees("已退号", f"#queue #v{number}").has_focus("#q")


def test_a_slip_is_printed_again_and_said_so(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    number = day.registers(registrar, "ljg")
    registrar.press("F8").waits_for("#dialog dialog[open]")
    registrar.press("F9").sees(f"{number} 号的号单在打印", "#toast").has_focus("#q")


def test_with_nobody_waiting_the_dialog_offers_nothing_to_do(person: Callable[..., Person]) -> None:
    doctor = person("doctor", at="/doctor")
    lines = doctor.page.locator("li[id^=q-]")
    while lines.filter(has_text="接诊中").count() < lines.count():
        day.calls_next(doctor)
        doctor.opens("门诊工作站")
    registrar = person("registrar", at="/registration/")
    registrar.has_focus("#q").press("Alt+x").sees("现在没有能退的号", "#dialog dialog")
    assert registrar.page.locator("#dialog [data-key=F9]").count() == 0
    registrar.press("Escape").waits_for("#dialog dialog", state="detached")


def test_a_second_window_says_that_the_person_waits_already(server: Server, person: Callable[..., Person]) -> None:
    first, second = person("registrar"), person("registrar")
    for one in (first, second):
        day.finds(one, "wds")
    first.press("F9").sees("挂号成功", "#toast")
    second.press("F9").has_focus("#matches").sees("王大山今天已挂", "#matches")
    second.page.go_back()
    assert second.page.locator("#queue tr:has-text('王大山')").count() <= 1


def test_a_typed_age_is_read_back_as_a_date(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").has_focus("#q")
    registrar.press("Alt+n").has_focus("#name").goes_to("#born_on", key="Enter")
    registrar.type("61").press("Enter").sees("约61岁", "#born-said")


def test_letters_that_are_no_drug_wait_for_a_choice(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").has_focus("#q")
    registrar.press("Alt+n").has_focus("#name").goes_to("#allergen", key="Enter")
    registrar.type("qqzzv").waits_for("#allergens [role=option]")
    registrar.press("Enter").waits_for("#allergens .told").has_focus("#allergen")
    assert registrar.page.locator("#allergies [name=allergy_kind]").count() == 0
    registrar.press("ArrowDown", "Enter").sees("qqzzv", "#allergies .tag")


def test_a_searched_name_goes_along_into_the_new_record(person: Callable[..., Person]) -> None:
    registrar = person("registrar", at="/registration/").has_focus("#q").press("F9").sees("先找到患者", "#refusal")
    registrar.type("沈冬青").waits_for("#found:not([aria-busy]) [role=option]")
    registrar.press("Alt+n").has_focus("#sex").holds("#name", "沈冬青").holds("#q", "")
