"""One visit of an adult with a penicillin allergy: registration to receipt and drugs, five desks, no mouse."""

import time
from collections.abc import Callable

import pytest

from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


def registration(registrar: Person) -> None:
    day.finds(registrar, "cgy")
    assert registrar.page.input_value("#name") == "陈桂英"
    registrar.sees("青霉素类", "#allergies")
    day.chooses_room(registrar, "二诊室")
    registrar.press("F9").sees("挂号成功，1 号，二诊室", "#toast").has_focus("#q")
    registrar.sees("已打印", "#print-status")


def note(doctor: Person) -> None:
    day.calls_next(doctor)
    doctor.sees("过敏：青霉素类", "#patient-banner .allergy")
    doctor.type("咽痛、发热 2 天").press("Enter").has_focus("#present-illness")
    doctor.type("无咳嗽，饮食正常")
    day.fills_note(doctor, fields=("past-history",))
    doctor.goes_to("#temperature").type("37.9")
    doctor.goes_to("#examination").type("咽部充血，扁桃体不大")
    day.diagnoses(doctor, "jxshxd", "急性上呼吸道感染")
    doctor.goes_to("#plan").type("多饮水，3 天不退复诊").sees("已自动保存", "#record-saved")


def prescription(doctor: Person) -> None:
    """Amoxicillin is stopped where it stands; the primary key does nothing until it is decided."""
    day.prescribes(doctor, "amxljn", "阿莫西林胶囊")
    doctor.sees("不能开：青霉素类过敏", "#orders .note.stop").sees("还有 1 条要处理", "#to-decide")
    doctor.press("F9").sees("阿莫西林胶囊 碰上青霉素类过敏", "#refusal").has_focus("tr[id^=line-]")
    doctor.press("Alt+r").sees("阿奇霉素片", "#rx-grid td.nm").has_focus("#rx-new")
    assert "阿莫西林" not in doctor.page.inner_text("#orders")
    assert doctor.page.inner_text("#to-decide").strip() == ""
    day.prescribes(doctor, *day.FEVER)
    assert "25.00" in doctor.page.inner_text("#rx-sum")


def payment(cashier: Person) -> str:
    """Cash with change; the receipt number."""
    day.takes_up(cashier, "陈桂英")
    cashier.sees("过敏：青霉素类", "#patient-banner").sees("25.00", "#due")
    cashier.type("100").sees("75.00", "#change")
    cashier.press("F9").sees("收款 25.00，找零 75.00", "#toast")
    cashier.sees("已打印", "#bill-note")
    return str(cashier.page.locator("#bill-note bdi").first.inner_text())


def dispensing(pharmacist: Person) -> None:
    pharmacist.opens("发药").sees("陈桂英", "#patient-banner").has_focus("#scan")
    pharmacist.sees("A-02-1", "#dispense-rows").sees("没有问题", "#review")
    day.ticks_all(pharmacist)
    pharmacist.sees("已核对 2 / 2", "#ticked")
    pharmacist.press("F9").sees("陈桂英 的药发好了", "#toast").sees("没有等着取药的人", "#dispense")


def test_an_adult_with_an_allergy_is_registered_seen_charged_and_given_the_other_drug(
    server: Server, person: Callable[..., Person], figure: Callable[[str], None]
) -> None:
    desks = {role: person(role) for role in ("registrar", "doctor", "cashier", "pharmacist")}
    began = time.perf_counter()
    registration(desks["registrar"])
    note(desks["doctor"])
    prescription(desks["doctor"])
    day.submits(desks["doctor"])
    receipt = payment(desks["cashier"])
    dispensing(desks["pharmacist"])
    spent = time.perf_counter() - began

    cashier = desks["cashier"]
    cashier.page.goto(server.url + "/virtual-printer")
    cashier.sees("收费小票", "#virtual-papers")
    paper = cashier.page.locator("#virtual-papers img").first
    assert paper.evaluate("img => img.decode().then(() => img.naturalHeight)") > 400
    printed = day.papers(server.folder)[-1]
    assert "练习 · 不作凭证" in printed and receipt in printed and "陈桂英" in printed

    for one in desks.values():
        one.leaves()
    assert server.stop() == 0
    assert day.check(server.folder) == 0
    figure(f"adult visit, five desks by keyboard: {spent:.1f} s from the first key to the drugs handed out")
