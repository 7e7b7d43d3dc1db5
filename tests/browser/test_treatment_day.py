"""Blood count, ECG and a penicillin infusion by keyboard: doctor, cashier, nurse and laboratory, no mouse."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.modules.patients import queries as patients
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser
SALINE, PENICILLIN = ("lhnzsy", "氯化钠注射液"), ("zsyqmsn", "注射用青霉素钠")
BLOOD = ("6.5", "60", "30", "4.8", "145", "45", "28")


def prepare(clinic: Clinic) -> dict[str, str]:
    """Two who wait; the minutes of a skin test are not waited for here, their clock has tests of its own."""
    clinic.raw("UPDATE parameter SET value = '0' WHERE name = 'treatments.skin_test_minutes'")
    made = {}
    for name in ("刘建国", "张兰英"):
        arrived = visit.arrive(clinic, patients.search(name)[0].id)
        made[name] = db.value("SELECT visit_no FROM visit WHERE id = ?", (arrived["visit_id"],))
    return made


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def orders(doctor: Person, *, with_requests: bool) -> None:
    """The saline and penicillin in one bottle, and what is asked of the laboratory and the ECG room."""
    day.calls_next(doctor)
    doctor.type("发热、咽痛 2 天")
    day.fills_note(doctor)
    day.diagnoses(doctor, "jxshxd", "急性上呼吸道感染")
    day.fills_note(doctor, fields=("plan",))
    day.prescribes(doctor, *SALINE)
    day.starts_row(doctor, *PENICILLIN)
    doctor.goes_to("#rx-frequency", key="Enter")
    doctor.page.locator("#rx-frequency").select_option("qd")
    doctor.goes_to("#rx-route", key="Enter")
    doctor.page.locator("#rx-route").select_option("ivgtt")
    doctor.press("Enter").sees(PENICILLIN[1], "#rx-grid td.nm").sees("要皮试", "#rx-grid")
    doctor.press("Alt+z").sees("组1", "#rx-grid")
    if with_requests:
        doctor.press("Alt+j").has_focus("#rq-new")
        for typed, name in (("xcg", "血常规"), ("xdt", "心电图")):
            doctor.type(typed).sees(name, "#rq-sug:not([aria-busy]) [role=option]")
            doctor.press("Enter").goes_to("#rq-quantity", key="Enter").press("Enter")
            doctor.sees(name, "#rq-grid td.nm").has_focus("#rq-new")
        doctor.press("Alt+p").waits_for("#rx-grid")
    day.submits(doctor)


def pays(cashier: Person, name: str) -> None:
    day.takes_up(cashier, name)
    cashier.type("500").press("F9").sees("收据", "#toast")


def is_tested(nurse: Person, name: str, after_mm: str) -> None:
    """The skin test, begun and read by two."""
    nurse.opens("治疗室").sees(name, "#patient-banner").has_focus("#batch_no")
    nurse.press("F9").sees("皮试开始计时", "#toast").has_focus("#before_mm")
    nurse.type("3").press("Enter").has_focus("#after_mm").type(after_mm)
    nurse.press("Enter").has_focus("#second").type("0002").press("F9")


def test_the_bottle_runs_after_a_negative_test_and_the_doctor_sees_the_critical_value(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor, cashier, nurse = (person(role) for role in ("doctor", "cashier", "nurse"))
    orders(doctor, with_requests=True)
    pays(cashier, "刘建国")
    is_tested(nurse, "刘建国", "5")
    nurse.sees("皮试阴性，可以取药用药了", "#toast").has_focus("#patient_code")
    label = nurse.page.locator("#detail dd bdi").first.inner_text()
    nurse.type(server.made["刘建国"]).press("Enter").has_focus("#label")
    nurse.type("X0").press("F9").sees("瓶签对不上", "#detail")
    nurse.has_focus("#patient_code").type(server.made["刘建国"]).press("Enter").has_focus("#label")
    nurse.type(label).press("F9").sees("执行记上了", "#toast")
    nurse.sees("进行中", "#entries")

    nurse.opens("检验检查").sees("血常规", "#results-entry").has_focus("#specimen")
    nurse.type("静脉血").press("F9").sees("标本收到了", "#toast").has_focus("#wbc")
    for value in BLOOD:
        nurse.type(value).press("Enter")
    nurse.press("F9").sees("有危急值 1 项", "#toast").sees("危急值，马上报告医生", "#side")
    nurse.goes_to("#told").type("0002").goes_to("#is_read_back").press(" ", "Alt+c")
    nurse.sees("危急值报告记上了", "#toast")

    doctor.opens("检验检查").sees("刘建国", "#patient-banner").sees("↓↓", "#results-entry")
    doctor.press("F9").sees("报告审核了", "#toast")
    doctor.page.goto(server.url + "/doctor")
    visit_page = doctor.page.locator("#today a[href*='/doctor/visits/']").first.get_attribute("href")
    doctor.page.goto(server.url + str(visit_page))
    doctor.press("Alt+i").sees("危急值 血小板 28", "#results").sees("已告诉 李志远", "#results")


def test_a_positive_test_turns_the_banner_red_and_stops_the_pharmacy(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor, cashier, nurse = (person(role) for role in ("doctor", "cashier", "nurse"))
    orders(doctor, with_requests=False)
    pays(cashier, "张兰英")
    nurse.opens("治疗室").sees("张兰英", "#queue")
    link = nurse.page.locator("#queue a").filter(has_text="张兰英").get_attribute("href")
    nurse.page.goto(server.url + str(link))
    nurse.has_focus("#batch_no").press("F9").sees("皮试开始计时", "#toast").has_focus("#before_mm")
    nurse.type("3").press("Enter").has_focus("#after_mm").type("6").press("Enter").has_focus("#second")
    nurse.type("0002").press("F9").sees("皮试阳性：过敏已记上", "#toast")
    nurse.sees("青霉素类", "#patient-banner .allergy")
    pharmacist = person("pharmacist")
    day.opens_sheet(pharmacist, "张兰英")
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("过敏", "#refusal")
