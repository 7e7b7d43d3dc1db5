"""Twice is once: two fast keys, back, reload, two tabs, two cashiers, two pharmacists. One effect, and a sentence."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from appliance.practice import PASSWORD
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.people import services as people
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser

SEEN = {
    "fast": "蒋明德", "slow": "何大江", "back": "沈玉珍", "tabs": "韩秋生", "cashiers": "杨春兰", "given": "朱铁柱",
    "again": "秦月华", "clicked": "尤小满", "voided": "施望舒", "dispensed": "孔令仪",
}  # fmt: skip
WAITING = {"note": "尤大海", "sign": "许冬梅", "merged": "柏青山", "typed": "方采薇"}


def prepare(clinic: Clinic) -> dict[str, str]:
    """A visit for each test, as far as the test needs it, and a second cashier."""
    made = {}
    for use, name in {**SEEN, **WAITING}.items():
        arrived = visit.arrive(clinic, PatientData(name, "2", date(1966, 8, 1), allergy_state="none"))
        made[use] = arrived["visit_id"].hex()
        if use in SEEN:
            sheets = visit.consult(clinic, arrived["visit_id"], ("D0011", "D0016"))
            made[f"{use}-sheet"] = sheets[0].hex()
        if use in ("given", "voided", "dispensed"):
            visit.pay(clinic, arrived["visit_id"])
    second = {"staff_no": "0031", "name": "马丽华", "title": "收费员", "roles": ("cashier",), "password": PASSWORD}
    visit.run(clinic, "administrator", lambda uow: people.add_person(uow, **second))
    return made


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def other_tab(one: Person) -> Person:
    return Person(one.page.context.new_page(), one.url, one.complaints)


NERVOUS = """() => document.addEventListener('keydown', () => [0, 150].forEach((ms) => setTimeout(() => {
  const again = new KeyboardEvent('keydown', {key: 'F9', code: 'F9', bubbles: true, cancelable: true});
  (document.activeElement || document.body).dispatchEvent(again);
}, ms)), {once: true})"""


def twice(one: Person) -> Person:
    """The primary key as a nervous finger presses it: at once again, and once more when the answer may be there."""
    one.page.evaluate(NERVOUS)  # in the page's own time, whatever this machine is busy with
    return one.press("F9")


def counts(one: Person, what: str) -> int:
    found = re.search(r"\d+", one.page.inner_text(what))
    assert found
    return int(found.group())


def receipts(cashier: Person, name: str) -> int:
    """How many receipts of this shift bear that name."""
    cashier.opens("收据").waits_for("#receipts")
    return cashier.page.locator("#receipts tr").filter(has_text=name).count()


def at_the_till(cashier: Person, server: Server, use: str) -> Person:
    cashier.page.goto(f"{server.url}/charging/visits/{server.made[use]}")
    return cashier.has_focus("#pay-cash")


def test_two_fast_presses_register_one_visit(person: Callable[..., Person]) -> None:
    registrar = person("registrar").opens("挂号")
    before = counts(registrar, "#queue h2 .count")
    day.finds(registrar, "ljg")
    twice(registrar).sees("挂号成功", "#toast").has_focus("#q")
    registrar.page.reload()
    registrar.waits_for("#queue h2 .count")
    assert counts(registrar, "#queue h2 .count") == before + 1


def test_a_second_registration_of_the_same_person_is_seen_before_it_is_made(person: Callable[..., Person]) -> None:
    registrar = person("registrar")
    day.registers(registrar, "zly")
    day.finds(registrar, "zly")
    registrar.sees("今天已挂", "#reg-form .pane-h")


def test_two_fast_presses_take_the_money_once(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_till(person("cashier"), server, "fast")
    twice(cashier.type("100")).sees("收据", "#toast")
    assert cashier.page.inner_text("#refusal") == ""
    assert receipts(cashier, SEEN["fast"]) == 1


def test_the_sum_still_being_worked_out_does_not_cut_off_the_payment(
    server: Server, person: Callable[..., Person]
) -> None:
    """F9 right after the last digit: the quote of that digit leaves while the payment is on its way."""
    cashier = at_the_till(person("cashier"), server, "slow")
    cashier.page.route("**/charge", lambda route: (time.sleep(0.5), route.continue_()))
    cashier.type("50").press("F9").sees("收款 19.85，找零 30.15", "#toast")
    assert receipts(cashier, SEEN["slow"]) == 1


def test_two_fast_presses_sign_once_and_call_nobody(server: Server, person: Callable[..., Person]) -> None:
    doctor = person("doctor")
    doctor.page.goto(f"{server.url}/doctor/visits/{server.made['sign']}")
    doctor.press("F9").has_focus("#chief-complaint").type("头痛半天")
    day.fills_note(doctor, fields=("present-illness", "past-history"))
    doctor.goes_to("#blood-pressure").type("128/82")
    day.fills_note(doctor, fields=("examination",))
    day.diagnoses(doctor, "jxshxd", "急性上呼吸道感染")
    day.fills_note(doctor, fields=("plan",))
    day.prescribes(doctor, *day.FEVER)
    twice(doctor).sees("已提交，1 张单去收费", "#toast")
    doctor.opens("门诊工作站").sees(WAITING["sign"], "#today")
    assert doctor.page.locator("#today tbody tr").filter(has_text=WAITING["sign"]).count() == 1
    assert doctor.page.locator("#queue li").filter(has_text="接诊中").count() == 0


def test_going_back_after_paying_shows_what_is_and_takes_nothing(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_till(person("cashier"), server, "back")
    cashier.type("50").press("F9").sees("收据", "#toast")
    cashier.page.go_back()
    cashier.press("F9", "Control+Enter")
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['back']}")
    cashier.sees("这次就诊的费用收清了", "#bill").press("F9")
    cashier.page.reload()
    assert receipts(cashier, SEEN["back"]) == 1


def test_the_second_tab_is_told_who_took_the_money_and_when(server: Server, person: Callable[..., Person]) -> None:
    first = at_the_till(person("cashier"), server, "tabs")
    second = at_the_till(other_tab(first), server, "tabs")
    first.page.bring_to_front()
    first.type("50").press("F9").sees("收据", "#toast")
    second.page.bring_to_front()
    second.type("50").press("F9").sees("这张单刚被 赵晓梅 收过了", "#refusal").sees("没有动钱", "#refusal")
    assert re.search(r"\d\d:\d\d，收据 XQX01R\d+", second.page.inner_text("#refusal"))
    assert second.page.input_value("#pay-cash") == "50"
    assert receipts(first, SEEN["tabs"]) == 1


def test_of_two_cashiers_with_one_visit_the_slower_is_told_of_the_other(
    server: Server, person: Callable[..., Person]
) -> None:
    slower = at_the_till(person("cashier"), server, "cashiers")
    faster = at_the_till(person().sign_in("0031", "挂号 1号窗"), server, "cashiers")
    faster.type("30").press("F9").sees("收据", "#toast")
    slower.type("30").press("F9").sees("这张单刚被 马丽华 收过了", "#refusal")
    assert receipts(slower, SEEN["cashiers"]) == 0
    assert receipts(faster, SEEN["cashiers"]) == 1


def test_the_same_form_sent_again_answers_with_the_first_receipt(server: Server, person: Callable[..., Person]) -> None:
    """The answer to the first one was lost on its way; the browser sends the very same form once more."""
    cashier = at_the_till(person("cashier"), server, "again")
    cashier.type("50")
    answers = cashier.page.evaluate(
        """async () => {
             const form = document.querySelector('#settle'), sent = [], body = new URLSearchParams(new FormData(form));
             for (let i = 0; i < 2; i++) {
               const got = await fetch(form.action, {method: 'POST', body});
               sent.push([got.status, await got.text()]);
             }
             return sent;
           }"""
    )
    assert [status for status, _text in answers] == [200, 200]
    told = [re.findall(r"收据 (XQX01R\d+)", text) for _status, text in answers]
    assert told[0][0] == told[1][0]
    assert "这笔刚才已经收过，没有再收" in answers[1][1]
    assert receipts(cashier, SEEN["again"]) == 1


def test_two_windows_on_one_note_keep_both_texts(server: Server, person: Callable[..., Person]) -> None:
    here = person("doctor")
    here.page.goto(f"{server.url}/doctor/visits/{server.made['note']}")
    here.press("F9").has_focus("#chief-complaint")
    there = other_tab(here)
    there.page.goto(here.page.url)
    there.has_focus("#chief-complaint").type("胸闷").sees("已自动保存", "#record-saved")
    here.page.bring_to_front()
    here.type("心慌").sees("另一个窗口在", "#record-conflict").sees("胸闷", "#record-conflict")
    assert here.page.input_value("#chief-complaint") == "心慌"
    here.press("F9").sees("另一个窗口刚改过这份病历", "#refusal")
    here.goes_to("#conflict-mine", key="Shift+Tab").press("Enter").waits_for("#conflict-mine", state="detached")
    here.sees("已自动保存", "#record-saved")
    there.page.reload()
    assert there.page.input_value("#chief-complaint") == "心慌"


def test_a_text_of_the_other_window_may_be_edited_as_soon_as_it_is_put_in(
    server: Server, person: Callable[..., Person]
) -> None:
    here = person("doctor")
    here.page.goto(f"{server.url}/doctor/visits/{server.made['merged']}")
    here.press("F9").has_focus("#chief-complaint")
    there = other_tab(here)
    there.page.goto(here.page.url)
    there.goes_to("#plan").type("多饮水").sees("已自动保存", "#record-saved")
    here.page.bring_to_front()
    here.type("心慌").sees("已放进来", "#record-saved").holds("#plan", "多饮水")
    here.goes_to("#plan").press("End").type("，卧床").sees("已自动保存", "#record-saved")
    assert here.page.locator("#record-conflict").inner_text() == ""
    there.page.bring_to_front()
    there.type("，吃药").sees("另一个窗口在", "#record-conflict").sees("多饮水，卧床", "#record-conflict")


def test_a_field_that_is_being_typed_in_keeps_its_text_and_what_it_was_drawn_with(
    server: Server, person: Callable[..., Person]
) -> None:
    here = person("doctor")
    here.page.goto(f"{server.url}/doctor/visits/{server.made['typed']}")
    here.press("F9").has_focus("#chief-complaint")
    there = other_tab(here)
    there.page.goto(here.page.url)
    there.has_focus("#chief-complaint").type("胸闷").sees("已自动保存", "#record-saved")
    here.page.bring_to_front()
    here.page.evaluate(
        "() => { const el = document.getElementById('plan'); el.value = '多饮水';"
        " el.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    here.sees("已放进来", "#record-saved").has_focus("#chief-complaint")
    assert here.page.input_value("#chief-complaint") == "" and here.page.input_value("#taken-chief-complaint") == ""
    here.type("心慌").sees("另一个窗口在", "#record-conflict").sees("胸闷", "#record-conflict")


def test_a_refused_amendment_says_so_in_its_own_dialog_and_keeps_what_was_typed(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    doctor.page.goto(f"{server.url}/doctor/visits/{server.made['given']}")
    doctor.press("Alt+m").has_focus("#amend-reason").press("Space", "F9")
    doctor.sees("写上为什么改", "dialog [data-refusal]").waits_for("dialog[open] #amend-reason")


def test_the_second_window_is_told_who_gave_the_drugs_out(server: Server, person: Callable[..., Person]) -> None:
    first = person("pharmacist")
    first.page.goto(f"{server.url}/pharmacy/sheets/{server.made['given-sheet']}")
    second = other_tab(first)
    second.page.goto(first.page.url)
    for one in (first, second):
        one.page.bring_to_front()
        day.ticks_all(one)
    first.page.bring_to_front()
    twice(first).sees("的药发好了", "#toast")
    second.page.bring_to_front()
    second.press("F9").sees("已经由 周敏 在", "#refusal").sees("没有重复发", "#refusal")
    second.opens("发药")
    second.page.goto(first.url + "/pharmacy/done")
    assert second.page.locator("#done tr").filter(has_text=SEEN["given"]).count() == 1
    assert day.check(server.folder) == 0


def test_a_double_click_takes_the_money_once(server: Server, person: Callable[..., Person]) -> None:
    cashier = at_the_till(person("cashier"), server, "clicked")
    cashier.press("+").sees("找零", "#change").settles()
    cashier.page.dblclick("#settle button[type=submit]")
    cashier.sees("收据", "#toast")
    assert receipts(cashier, SEEN["clicked"]) == 1


def test_drugs_of_a_receipt_voided_meanwhile_stay_on_the_shelf(
    server: Server, person: Callable[..., Person]
) -> None:
    pharmacist, cashier = person("pharmacist"), person("cashier")
    day.opens_sheet(pharmacist, SEEN["voided"])
    day.ticks_all(pharmacist)
    voids(cashier, SEEN["voided"]).sees("作废", "#toast")
    pharmacist.press("F9").sees("还没有缴费，或者小票作废了", "#refusal")
    at_the_till(cashier, server, "voided").press("+").settles().press("F9").sees("收据", "#toast")
    pharmacist.press("F9").sees("药发好了", "#toast")


def test_a_receipt_whose_drugs_went_out_meanwhile_is_not_voided(
    server: Server, person: Callable[..., Person]
) -> None:
    pharmacist, cashier = person("pharmacist"), person("cashier")
    asks_to_void(cashier, SEEN["dispensed"])
    day.hands_out(pharmacist, SEEN["dispensed"])
    cashier.page.check("#void-reason")
    cashier.press("F9").sees("小票不能作废", "dialog [data-refusal]")
    cashier.press("Escape").waits_for("#dialog dialog", state="detached")
    cashier.page.reload()
    row = cashier.page.locator("#receipts tr").filter(has_text=SEEN["dispensed"])
    assert "已发药" in row.inner_text() and row.locator("button").count() == 0


def asks_to_void(cashier: Person, name: str) -> Person:
    cashier.opens("收据").waits_for("#receipts")
    cashier.page.locator("#receipts tr").filter(has_text=name).locator("button").click()
    return cashier.waits_for("dialog[open]")


def voids(cashier: Person, name: str) -> Person:
    asks_to_void(cashier, name).page.check("#void-reason")
    return cashier.press("F9")
