"""Slips at the cashier's window, and what the doctor sees of a sheet afterwards, by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser


def prepare(clinic: Clinic) -> dict[str, str]:
    """Somebody who was seen and has to pay."""
    made = visit.arrive(clinic)["visit_id"]
    visit.consult(clinic, made, ("D0011",))
    return {"visit": made.hex()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


@pytest.mark.rule("RX-18")
def test_the_payer_is_changed_before_the_bill_and_the_doctor_sees_the_sheet_move_on(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor", at=f"/doctor/visits/{server.made['visit']}")
    cashier = person("cashier", at=f"/charging/visits/{server.made['visit']}").has_focus("#pay-cash")
    doctor.sees("待收费", "#orders [id^=state-]")

    cashier.press("Alt+p").has_focus("#new-payer").press("Escape").waits_for("dialog[open]", state="detached")
    cashier.press("Alt+p").has_focus("#new-payer")
    cashier.press("F9").sees("费别", "dialog[open] .msg").has_focus("#new-payer")
    cashier.press("ArrowDown").press("F9").sees("城乡居民医保", "#patient-banner").has_focus("#pay-cash")
    cashier.page.go_back()
    cashier.page.reload()  # another tab's or an earlier page is drawn as it is now
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['visit']}")
    cashier.sees("城乡居民医保", "#patient-banner").has_focus("#pay-cash")
    cashier.type("100").press("F9", "F9").sees("收据", "#toast")

    doctor.page.reload()
    doctor.sees("已收费，待发药", "#orders [id^=state-]")
