"""One visit of a child who has no record yet: input method, duplicates, syrup and granules, scan payment, A5 paper."""

from collections.abc import Callable

import pytest

from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser


def new_record(registrar: Person) -> None:
    registrar.opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    registrar.composes("wu'xiao'bao", "吴晓宝")
    assert registrar.page.input_value("#name") == "吴晓宝"
    assert registrar.focus() == "#name"
    registrar.press("Enter").has_focus("input[name=sex]").press(" ")
    registrar.press("Enter").has_focus("#born_on").type("20200617")
    registrar.goes_to("#phone", key="Enter").type("19900002233").press("Enter")


def answers_the_likeness(registrar: Person) -> None:
    """A boy with the same sound, birthday and phone is known: nothing is saved before the desk has said who this is."""
    registrar.sees("可能已有档案", "#matches").sees("吴小宝", "#matches .dup")
    registrar.press("F9").has_focus("#matches")
    registrar.press("Alt+n").waits_for("#matches .dup", state="detached").has_focus("#phone")
    assert registrar.page.input_value("#name") == "吴晓宝"
    assert registrar.page.input_value("#born_on") == "20200617"


def registration(registrar: Person) -> None:
    new_record(registrar)
    answers_the_likeness(registrar)
    registrar.goes_to("input[name=allergy_state]", key="Enter").press("ArrowLeft", "ArrowLeft")
    assert registrar.page.locator("input[name=allergy_state]:checked").get_attribute("value") == "none"
    day.chooses_room(registrar, "一诊室")
    registrar.press("F9").sees("挂号成功，1 号，一诊室", "#toast").has_focus("#q")


def consultation(doctor: Person) -> None:
    day.calls_next(doctor)
    doctor.sees("吴晓宝", "#patient-banner").sees("6岁", "#patient-banner").sees("无已知过敏", "#patient-banner")
    doctor.composes("ke'sou", "咳嗽").type(" 3 天")
    day.fills_note(doctor, fields=("present-illness", "past-history"))
    doctor.goes_to("#weight").type("20")
    day.fills_note(doctor, fields=("examination",))
    day.diagnoses(doctor, "jxshxd", "急性上呼吸道感染")
    day.fills_note(doctor, fields=("plan",))
    day.starts_row(doctor, *day.COUGH)
    assert doctor.page.input_value("#rx-dose") == "5 ml"
    day.stores_row(doctor, day.COUGH[1])
    doctor.sees("100 ml → 1瓶", "#rx-grid td")
    doctor.press("Alt+n").type("amxlkl").sees("阿莫西林颗粒", "#rx-sug:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#rx-dose").sees("按体重 20 kg：200 mg = 1.6袋", "#rx-quote")
    assert doctor.page.input_value("#rx-dose") == ""
    doctor.press("Alt+Shift+j").sees("9袋", "#rx-grid td").has_focus("#rx-new")
    day.submits(doctor)


def paper(doctor: Person) -> None:
    """F8 on the queue: the A5 sheet of the visit just submitted, marked as a child's; Esc goes back."""
    doctor.press("F8").waits_for(".paper.pa5")
    sheet = doctor.page.inner_text(".paper.pa5")
    for text in ("儿科", "练习 · 不作凭证", "吴晓宝", "6岁", "小儿止咳糖浆", "每次 5 ml", "阿莫西林颗粒", "无已知过敏"):
        assert text in sheet
    doctor.press("Escape").waits_for("#queue, #orders")


def payment(cashier: Person) -> None:
    """All of it by scan pay, with the number from the payer's screen."""
    day.takes_up(cashier, "吴晓宝")
    cashier.sees("25.45", "#due").press("Enter").has_focus("#pay-scan").type("25.45")
    cashier.press("Enter").has_focus("#pay-ref").scan("4200002026112200017451234567")
    cashier.holds("#pay-ref", "4200002026112200017451234567")
    cashier.press("F9").sees("收款 25.45", "#toast").sees("已打印", "#bill-note")


def test_a_new_child_is_registered_seen_charged_by_scan_and_given_syrup_and_granules(
    server: Server, person: Callable[..., Person]
) -> None:
    registration(person("registrar"))
    doctor, cashier = person("paediatrician"), person("cashier")
    consultation(doctor)
    paper(doctor)
    payment(cashier)
    pharmacist = person("pharmacist")
    pharmacist.opens("发药").sees("吴晓宝", "#patient-banner").sees("儿科", "#patient-banner").has_focus("#scan")
    pharmacist.scan("D0040").sees("小儿止咳糖浆 对上了", "#said").has_focus("#scan")
    pharmacist.scan("D0002").sees("已核对 2 / 2", "#ticked")
    pharmacist.press("F9").sees("吴晓宝 的药发好了", "#toast")
    assert "4200002026112200017451234567" in day.papers(server.folder)[-1]
    assert day.check(server.folder) == 0
