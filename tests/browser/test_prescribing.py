"""Sheets that are not ordinary, by keyboard alone: red, herbal, by weight, a kept stop, six drugs, a village doctor."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from appliance.practice import PASSWORD
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser
BORN = {"red": date(1961, 4, 9), "herbs": date(1971, 4, 9), "child": date(2019, 4, 9), "kept": date(1966, 4, 9),
        "six": date(1981, 4, 9)}  # fmt: skip
NAMES = {"red": "白兰香", "herbs": "古月芳", "child": "小豆", "kept": "范青山", "six": "齐小满"}


def prepare(clinic: Clinic) -> dict[str, str]:
    """Everybody waits with the note written, as it is when the doctor begins to prescribe."""
    made, cold = {}, dictionaries.diagnosis_by_code("J06.900")
    for use, born in BORN.items():
        number = "990499196104092246" if use == "red" else ""
        who = PatientData(NAMES[use], "2", born, identity_number=number, phone="19900001178", allergy_state="none")
        made[use] = visit.arrive(clinic, who)["visit_id"]
        visit.run(clinic, "doctor", lambda uow, use=use: consultation.start(uow, made[use]))
        note = {**visit.NOTE, "weight": "18" if use == "child" else ""}
        visit.draft(clinic, "doctor", lambda uow, use=use, note=note: consultation.save_note(uow, made[use], note, 1))
        visit.draft(
            clinic, "doctor",
            lambda uow, use=use: consultation.add_diagnosis(uow, made[use], diagnosis_id=cold.id),
        )  # fmt: skip
    return {use: one.hex() for use, one in made.items()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


@pytest.fixture
def writes(server: Server, person: Callable[..., Person]) -> Callable[[str], Person]:
    def begin(use: str) -> Person:
        return person("doctor", at=f"/doctor/visits/{server.made[use]}").waits_for("#rx-new")

    return begin


def signs_without_pressure(doctor: Person) -> None:
    """The dialog of the second signature asks once for what VS-09 asks for, and signs at the next F9."""
    doctor.press("F9").sees("要量血压", "#dlg").settles()
    doctor.page.wait_for_timeout(1100)  # a second press within the second is the same press
    doctor.press("F9").sees("已提交", "#toast")


@pytest.mark.rule("RX-03", "RX-07")
def test_a_red_sheet_is_fetched_by_somebody_with_both_numbers(writes: Callable[[str], Person]) -> None:
    doctor = writes("red")
    day.starts_row(doctor, "lsmfhsp", "硫酸吗啡缓释片")
    doctor.goes_to("#rx-days", key="Enter").type("8").goes_to("#rx-route", key="Enter").press("Enter")
    doctor.sees("最多 7 天", "#row-problem").goes_to("#rx-days").press("Control+a").type("7")
    doctor.goes_to("#rx-route", key="Enter").press("Enter").sees("麻、精一处方", "#rx-options").has_focus("#rx-new")
    doctor.press("Alt+s").has_focus("#rx-agent").type("刘建军").press("Tab").settles()
    doctor.sees("姓名和身份证号都要填", "#orders").has_focus("#rx-agent")
    doctor.goes_to("#rx-agent-number").type("990499198011080229").press("Tab").settles()
    doctor.sees("硫酸吗啡缓释片", "#rx-grid td.nm").waits_for("#rx-agent-number[value='990499198011080229']")
    day.submits(doctor)
    doctor.press("F8").waits_for(".paper.pa5.on-red")
    paper = doctor.page.inner_text(".paper.pa5")
    for text in ("麻", "患者身份证：990499196104092246", "代办人：刘建军", "990499198011080229"):
        assert text in paper


@pytest.mark.rule("RX-14", "RX-13")
def test_herbs_that_do_not_go_together_are_kept_with_a_second_signature(writes: Callable[[str], Person]) -> None:
    doctor = writes("herbs")
    doctor.press("Alt+y").sees("饮片", "#rx-grid th").press("Alt+n").has_focus("#rx-new")
    for typed, name, grams in (("gc", "甘草", "6"), ("hz", "海藻", "9")):
        doctor.type(typed).sees(name, "#rx-sug:not([aria-busy]) [role=option]")
        doctor.press("Enter").has_focus("#rx-dose").press("Control+a").type(grams).press("Enter").has_focus("#rx-note")
        doctor.press("Enter").sees(name, "#rx-grid td.nm").has_focus("#rx-new")
    doctor.sees("十八反：甘草反海藻。", "#orders .note.stop").sees("42 g", "#rx-grid td")
    doctor.press("Alt+k").has_focus("input[name=stop_reason]").type("gufang").press("Alt+k")
    doctor.sees("拦截后仍用", "#orders").press("F9").has_focus("#proof").sees("十八反", "#dlg")
    doctor.type("000000").press("F9").sees("不对", "#dlg").has_focus("#proof")
    doctor.press("Control+a").type(PASSWORD)
    signs_without_pressure(doctor)
    doctor.press("F8").waits_for(".paper.pa5")
    assert "再签：李志远" in doctor.page.inner_text(".paper.pa5")


@pytest.mark.rule("QT-10")
def test_a_childs_dose_by_weight_is_chosen(writes: Callable[[str], Person]) -> None:
    doctor = writes("child")
    doctor.press("Alt+n").type("amxlkl").sees("阿莫西林颗粒", "#rx-sug:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#rx-dose").sees("按体重 18 kg：180 mg = 1.44袋", "#rx-quote")
    doctor.type("180mg").goes_to("#rx-route", key="Enter").press("Enter")
    doctor.sees("1袋 / 1.5袋 / 2袋", "#row-problem").has_focus("#rx-dose")
    doctor.sees("1.44袋", "#rx-quote").press("Alt+Shift+k").sees("0.1875 g", "#rx-grid td").sees("18袋", "#rx-grid td")
    day.submits(doctor)


@pytest.mark.rule("RX-13")
def test_a_stop_between_two_drugs_is_kept_with_a_reason(writes: Callable[[str], Person]) -> None:
    doctor = writes("kept")
    day.starts_row(doctor, "xfttp", "辛伐他汀片")
    doctor.goes_to("#rx-days", key="Enter").press("Control+a").type("7")
    day.stores_row(doctor, "辛伐他汀片")
    day.prescribes(doctor, "klmsp", "克拉霉素片")
    doctor.sees("和辛伐他汀片同用", "#orders .note.stop").press("F9").sees("克拉霉素片 还没处理", "#refusal")
    doctor.press("Alt+k").has_focus("input[name=stop_reason]").type("ting tating").press("Alt+k")
    doctor.sees("拦截后仍用", "#orders").press("F9").has_focus("#proof").type(PASSWORD)
    signs_without_pressure(doctor)


@pytest.mark.rule("RX-04")
def test_six_drugs_are_two_sheets_with_one_key(writes: Callable[[str], Person]) -> None:
    doctor = writes("six")
    for typed, name in (("lltdp", "氯雷他定片"), ("dyxajf", "对乙酰氨基酚片"), ("mtss", "蒙脱石散"),
                        ("yjxp", "盐酸小檗碱片"), ("wsscp", "维生素C片"), ("wssb1p", "维生素B1片")):  # fmt: skip
        if name == "盐酸小檗碱片":
            typed = "ysxbjp"
        day.starts_row(doctor, typed, name)
        doctor.goes_to("#rx-days", key="Enter").press("Control+a").type("3")
        day.stores_row(doctor, name)
    doctor.sees("提交时分成 2 张：5+1", "#orders")
    day.submits(doctor)
    doctor.sees("2 张单去收费", "#toast")


@pytest.mark.rule("RX-16")
def test_a_village_doctor_is_refused_beyond_the_village_list(server: Server, person: Callable[..., Person]) -> None:
    doctor = person("village", at="/doctor")
    doctor.press("Alt+n").has_focus("#wn-q").type("齐小满").waits_for("#wn-found:not([aria-busy]) [role=option]")
    doctor.press("Enter").waits_for("#wn-known")
    doctor.press("F9").settles()
    if doctor.page.locator("#wn-look").count():
        doctor.press("F9")
    doctor.waits_for("#chief-complaint")
    day.starts_row(doctor, "zyfsxp", "左氧氟沙星片")
    doctor.goes_to("#rx-route", key="Enter").press("Enter").sees("不在村医用药目录里", "#row-problem")
    day.prescribes(doctor, "amxljn", "阿莫西林胶囊")
