"""A patient without a number comes to the doctor: known people are found first, all by keyboard."""

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


def opens(doctor: Person) -> Person:
    return doctor.opens("门诊工作站").press("Alt+n").has_focus("#wn-q")


def new_person(doctor: Person, name: str, age: str) -> None:
    """Nobody of that name is found: what was typed becomes the name of the new record."""
    doctor.type(name).sees("没看过病，新建档案", "#wn-found:not([aria-busy]) [role=option]")
    if doctor.page.locator("#wn-found [role=option]").count() > 1:
        doctor.press("ArrowUp")
    doctor.press("Enter").has_focus("#wn-name").holds("#wn-name", name)
    doctor.press("Enter").has_focus("#wn-age").type(age)
    doctor.press("Enter").has_focus("input[name=sex]").press(" ")


@pytest.mark.rule("VS-05")
def test_a_known_person_is_found_and_received(person: Callable[..., Person]) -> None:
    doctor = opens(person("doctor"))
    doctor.type("cgy").sees("陈桂英", "#wn-found:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#wn-known").sees("陈桂英", "#wn-known").sees("青霉素类", "#wn-known .allergy")
    doctor.press("F9").has_focus("#chief-complaint").sees("陈桂英", "#patient-banner")
    doctor.sees("青霉素类", "#patient-banner")


def test_a_namesake_is_decided_by_keys_before_a_second_record_is_made(person: Callable[..., Person]) -> None:
    doctor = opens(person("doctor"))
    new_person(doctor, "沈冬青", "61")
    doctor.press("F9").has_focus("#chief-complaint").sees("沈冬青", "#patient-banner")
    opens(doctor)
    new_person(doctor, "沈冬青", "60")
    doctor.press("F9").has_focus("#wn-look").sees("可能已有档案", "#wn-look")
    doctor.press("F9").settles().has_focus("#wn-look")
    doctor.press("1").sees("今天已挂", "#wn-look").sees("沈冬青", "#wn-known")
    doctor.press("Alt+n").has_focus("#wn-q").holds("#wn-name", "沈冬青").holds("#wn-age", "60")
    assert doctor.page.is_checked("#wn-sex")
    doctor.press("F9").has_focus("#wn-look").press("Alt+n").has_focus("#chief-complaint")


def test_who_waits_in_the_line_is_taken_under_his_number(person: Callable[..., Person]) -> None:
    number = day.registers(person("registrar"), "wds")
    doctor = opens(person("doctor"))
    doctor.type("wds").sees("王大山", "#wn-found:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#wn-look").sees(f"今天已挂 {number} 号", "#wn-look")
    doctor.press("1").has_focus("#chief-complaint").sees("王大山", "#patient-banner")
    assert doctor.page.inner_text("#patient-banner .pt-no").split()[0] == str(number)
