"""A shift is closed by the sums on the screen: a charge in another tab meanwhile is told, and nothing is lost."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser


def prepare(clinic: Clinic) -> dict[str, str]:
    """One who paid, so that the shift is open, and one who still has to."""
    made = {}
    for name in ("方小雨", "石大川"):
        patient = PatientData(name, "2", date(1966, 8, 1), allergy_state="none")
        made[name] = visit.arrive(clinic, patient)["visit_id"]
    visit.pay(clinic, made["方小雨"])
    return {"due": made["石大川"].hex()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def test_a_charge_in_another_tab_brings_the_dialog_back_with_the_new_sums(
    server: Server, person: Callable[..., Person]
) -> None:
    first = person("cashier", at="/charging/shift")
    first.press("F9").sees("点完才告诉", "#dialog dialog").has_focus("#n10000").goes_to("#counted").type("10")
    second = Person(first.page.context.new_page(), first.url, first.complaints)
    second.page.goto(f"{server.url}/charging/visits/{server.made['due']}")
    second.has_focus("#pay-cash").type("10").press("F9").sees("收据", "#toast")
    first.page.bring_to_front()
    first.press("F9").sees("没有交班", "#dialog .note.stop")
    first.has_focus("#n10000")
    assert first.page.input_value("#counted") == "10"
    assert first.page.locator("dialog:modal").count() == 1
    first.goes_to("#counted").press("Control+a").type("20").press("F9").sees("交班完成，应交现金 20.00", "#toast")
