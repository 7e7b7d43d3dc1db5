"""The note by keyboard: template, visit before, its drugs again, certificate; a trainee and who signs with them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic_app.modules.consultation import services
from clinic_app.modules.patients import queries as patients
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser
TEXTS = {"present_illness": "规律服药", "past_history": "高血压 5 年", "examination": "心律齐", "plan": "低盐饮食"}


def prepare(clinic: Clinic) -> dict[str, str]:
    """刘建国 was here before and waits again; a template for him is kept; 张兰英 waits for the trainee."""
    liu, zhang = (patients.search(name)[0].id for name in ("刘建国", "张兰英"))
    before = visit.arrive(clinic, liu)["visit_id"]
    visit.consult(clinic, before, ("D0011", "D0016"))
    visit.run(
        clinic, "doctor",
        lambda uow: services.save_template(
            uow, name="高血压复诊", scope="personal", texts=TEXTS, required=("blood_pressure",)
        ),
    )  # fmt: skip
    return {"liu": visit.arrive(clinic, liu)["visit_id"].hex(), "zhang": visit.arrive(clinic, zhang)["visit_id"].hex()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def test_a_doctor_uses_a_template_the_visit_before_and_gives_a_certificate(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor", at=f"/doctor/visits/{server.made['liu']}")
    doctor.press("F9").has_focus("#chief-complaint").type("头晕 2 天").sees("已自动保存", "#record-saved")
    doctor.press("Alt+t").has_focus("#tpl-q").type("gxy").sees("高血压复诊", "#tpl-sug:not([aria-busy]) [role=option]")
    doctor.press("Enter").has_focus("#blood-pressure").holds("#plan", "低盐饮食")
    assert doctor.page.input_value("#chief-complaint") == "头晕 2 天"
    doctor.press("Alt+l").has_focus("#past-1").sees("咽痛、发热 2 天", "#beside")
    doctor.press("1").sees("2 种药抄到今天的处方", "#beside-told").has_focus("#beside-told")
    doctor.press("Alt+c").sees("急性上呼吸道感染", "#diagnoses")
    doctor.press("Escape").waits_for("#beside", state="hidden")
    doctor.sees("对乙酰氨基酚片", "#orders td.nm").press("F9").sees("血压还没填", "#refusal")
    doctor.has_focus("#blood-pressure")
    doctor.type("146/88").sees("已自动保存", "#record-saved")
    day.submits(doctor)
    doctor.page.goto(f"{server.url}/doctor/visits/{server.made['liu']}")
    doctor.press("Alt+c").has_focus("#certificate-h").press("2").has_focus("#leave-days")
    doctor.press("F9").sees("病休「」天不对", "#certificate-form .msg").has_focus("#leave-days")
    doctor.type("3").press("F9").waits_for(".paper.pa5").sees("病 休 证 明 书")
    doctor.press("Escape").sees("印过 1 份", "#issued")


def test_a_trainee_hands_in_and_a_doctor_signs_with_them(server: Server, person: Callable[..., Person]) -> None:
    trainee = person("trainee", at=f"/doctor/visits/{server.made['zhang']}")
    doctor = person("doctor", at="/doctor/waiting")
    trainee.press("F9").has_focus("#chief-complaint").type("咳嗽 3 天")
    day.fills_note(trainee)
    day.diagnoses(trainee, "jxshxd", "急性上呼吸道感染")
    day.fills_note(trainee, fields=("plan",))
    day.prescribes(trainee, *day.FEVER)
    day.submits(trainee, told="已交上级审签")
    doctor.page.reload()
    doctor.has_focus("#cosign-1 a").press("Enter").sees("张兰英", "#patient-banner").sees("对乙酰氨基酚片", "#orders")
    doctor.press("Alt+x").has_focus("#return-remark").type("写上体温").press("F9").sees("已退回", "#toast")
    trainee.page.goto(f"{server.url}/doctor/visits/{server.made['zhang']}")
    trainee.sees("写上体温", "#amending").goes_to("#temperature").type("37.9").sees("已自动保存", "#record-saved")
    trainee.press("F9").sees("已交上级审签", "#toast")
    doctor.page.reload()
    doctor.has_focus("#cosign-1 a").press("Enter").sees("张兰英", "#patient-banner")
    doctor.press("F9").sees("已审签，1 张处方去收费", "#toast").sees("没有等着审签的病历", "#to-cosign")
