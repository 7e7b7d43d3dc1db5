"""Slips at the cashier's window and what the doctor sees of it, by keyboard: another payer, Esc, back, reload."""

from collections.abc import Callable

import pytest

from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


@pytest.mark.rule("RX-18")
def test_the_payer_is_changed_before_the_bill_and_the_doctor_sees_the_sheet_move_on(
    server: Server, person: Callable[..., Person]
) -> None:
    registrar, doctor, cashier = (person(role) for role in ("registrar", "doctor", "cashier"))
    day.registers(registrar, "ljg")
    day.sees_patient(doctor, day.FEVER)
    day.takes_up(cashier, "刘建国")

    cashier.press("Alt+p").waits_for("dialog[open] #new-payer").has_focus("#new-payer")
    cashier.press("Escape").waits_for("dialog[open]", state="detached")
    cashier.press("Alt+p").has_focus("#new-payer").press("F9").sees("费别", "dialog[open] .msg").has_focus("#new-payer")
    cashier.press("ArrowDown").press("F9").sees("城乡居民医保", "#patient-banner").has_focus("#pay-cash")
    cashier.sees("费别改成城乡居民医保", "#toast")
    cashier.page.go_back()
    cashier.page.reload()
    day.takes_up(cashier, "刘建国")
    cashier.sees("城乡居民医保", "#patient-banner").type("100").press("F9", "F9").sees("收据", "#toast")

    doctor.opens("门诊工作站").waits_for("#today tbody tr")
    doctor.goes_to("#today a[href*='/doctor/visits/']").press("Enter").sees("已收费，待发药", "#orders [id^=state-]")
