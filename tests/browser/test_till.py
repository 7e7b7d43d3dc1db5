"""The cashier's window by keyboard: mixed payment, hold, refund with approval, counted close, the supervisor's day."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.kernel.ids import new_id
from clinic_app.modules.charging import services
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser
NAMES = ("方小雨", "石大川", "金玉兰", "贺长青", "杜三才", "白秋月")


def prepare(clinic: Clinic) -> dict[str, str]:
    """Six who have to pay; the last one 160.00 for physiotherapy as well, which is above the limit of a refund."""
    made = {}
    for place, name in enumerate(NAMES):
        patient = PatientData(name, "2", date(1966, 8, 1 + place), allergy_state="none")
        made[name] = visit.arrive(clinic, patient)["visit_id"]
    item = dictionaries.service_by_code("S0011")
    assert item is not None
    price = lambda uow: dictionary_services.set_price(uow, "service", item.id, 160_0000, uow.on, "test")  # noqa: E731
    clinic.run(clinic.actor("manager"), price)
    patient_id = db.value("SELECT patient_id FROM visit WHERE id = ?", (made["白秋月"],))

    def request(uow: Any) -> None:
        uow.audit("test.open")
        lines = [(1, "service", item.id, 1), (2, "service", item.id, 1)]
        services.open_lines(uow, made["白秋月"], patient_id, "treatment", new_id(), lines)

    clinic.run(clinic.actor("nurse"), request)
    return {name: found.hex() for name, found in made.items()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def at_the_visit(person: Callable[..., Person], server: Server, name: str) -> Person:
    return person("cashier", at=f"/charging/visits/{server.made[name]}").has_focus("#pay-cash")


def test_three_ways_to_pay_and_change_from_the_cash(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_visit(person, server, "方小雨")
    cashier.type("5").press("Enter").goes_to("#pay-scan").type("4").goes_to("#pay-ref").type("WX20261122")
    cashier.goes_to("#pay-more").type("3").goes_to("#pay-more-ref").type("KA7788").sees("2.00", "#change")
    cashier.press("F9").sees("收款 10.00，找零 2.00", "#toast")


def test_a_hold_keeps_what_was_typed_and_the_next_is_served(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_visit(person, server, "石大川")
    cashier.type("50").sees("40.00", "#change").press("Alt+h").sees("挂起了", "#toast")
    cashier.sees("挂起", "#pending-list li:last-child")
    cashier.press("F2").has_focus("#q").type("sdc").sees("石大川", "#pending-list li:first-child").press("Enter")
    cashier.sees("石大川", "#patient-banner").holds("#pay-cash", "50")
    cashier.press("F9").sees("收款 10.00，找零 40.00", "#toast")


def test_part_of_a_bill_goes_back_once_the_manager_approved(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_visit(person, server, "白秋月")
    cashier.sees("330.00", "#due").type("330").press("F9").sees("收款 330.00", "#toast")
    cashier.goes_to("#bill-note a").press("Enter").waits_for("#lines")
    cashier.press("Alt+r").has_focus("#take1").press("Space").sees("退 170.00", "#refund-sums")
    cashier.goes_to("#take3").press("Space").sees("退 160.00", "#refund-sums")
    cashier.sees("要院长批", "#refund-sums").goes_to("input[name=reason]").press("Space")
    cashier.press("F9").sees("已经报上去了", "#toast").sees("退费 160.00 等批", "#lines")
    manager = person("manager", at="/charging/approvals")
    manager.has_focus("#a1").press("Enter").sees("白秋月", "#dialog dialog")
    manager.press("F9").sees("批了：退费 160.00", "#toast")
    cashier.page.reload()
    cashier.sees("退费 160.00 批了", "#lines").press("F9").sees("现金 160.00；剩下的开在", "#toast")
    cashier.sees("红字", "#lines").sees("−330.00", "#lines")


def test_the_drawer_is_counted_blind_and_a_difference_is_explained(
    server: Server, person: Callable[..., Person]
) -> None:
    cashier = at_the_visit(person, server, "金玉兰")
    cashier.type("10").press("F9").sees("收款 10.00", "#toast")
    cashier.page.goto(f"{server.url}/charging/shift")
    cashier.press("F9").has_focus("#n10000").sees("点完才告诉", "#dialog dialog")
    assert "钱箱应有 " not in cashier.page.inner_text("#dialog")
    cashier.type("1").press("F9").sees("没有交班", "#dialog .note.stop").has_focus("#why")
    cashier.sees("钱箱应有", "#dialog dialog").type("零钱不够，先垫的")
    cashier.press("F9").sees("交班完成，应交现金 100.00", "#toast")
    cashier.sees("相差", "#handover")


def test_the_supervisor_sums_the_day_and_takes_the_money(server: Server, person: Callable[..., Person]) -> None:
    manager = person("manager", at="/charging/days")
    manager.sees("赵晓梅", "#closes").goes_to("#h1").press("Enter").has_focus("#received")
    manager.type("100").press("F9").sees("收到 赵晓梅 交来的现金 100.00", "#toast").sees("收到 100.00", "#closes")
    manager.page.goto(f"{server.url}/charging/months")
    manager.sees("还没过完", "#months").sees(f"{today():%Y-%m}", "#months")
