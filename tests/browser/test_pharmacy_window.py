"""The window of the pharmacy by keyboard and scanner: questions, two signatures, parts, returns, register, codes."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.pharmacy import services
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic
from tests.modules.pharmacy.window import again, give, make_controlled

pytestmark = pytest.mark.browser
CODE, OTHER = "81234560000000000017", "81234560000000000024"
WHO = {
    "asked": "冉一", "two": "冉二", "part": "冉三", "back": "冉四", "register": "冉五", "first": "冉六",
    "second": "冉七",
}  # fmt: skip


def paid(clinic: Clinic, name: str, drug: str) -> bytes:
    arrived = visit.arrive(clinic, PatientData(name, "1", date(1971, 4, 9), allergy_state="none"))
    sheet = visit.consult(clinic, arrived["visit_id"], (drug,))[0]
    visit.pay(clinic, arrived["visit_id"])
    return sheet


def prepare(clinic: Clinic) -> dict[str, str]:
    """Seven paid sheets; one of them of an ampoule that is controlled from then on, one handed out already."""
    drugs = {"register": "D0033", "back": "D0001", "first": "D0001", "second": "D0001", "part": "D0001"}
    made = {use: paid(clinic, name, drugs.get(use, "D0011")) for use, name in WHO.items()}
    make_controlled(clinic, "D0033")
    give(clinic, again(made["back"]))
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.pass_review(uow, made["two"]))
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.pass_review(uow, made["register"]))
    return {use: one.hex() for use, one in made.items()}


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def at(server: Server, use: str, more: str = "") -> str:
    return f"/pharmacy/sheets/{server.made[use]}{more}"


@pytest.mark.rule("RX-18")
def test_a_question_is_answered_by_the_doctor_and_the_sheet_goes_on(
    server: Server, person: Callable[..., Person]
) -> None:
    pharmacist, doctor = person("pharmacist", at=at(server, "asked")), person("doctor", at="/doctor")
    pharmacist.has_focus("#scan").press("Alt+q").waits_for("#ask-ready").press("2")
    pharmacist.waits_for("#dlg label:nth-of-type(2) input:checked").press("F9")
    pharmacist.sees("问了 李志远", "#toast").sees("等了 0 分", "#review")
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("还没回答", "#refusal")
    doctor.page.reload()
    doctor.sees("药房问 1 张处方", ".status")
    doctor.page.goto(server.url + "/pharmacy/questions")
    doctor.sees("和过敏记录、现用药有冲突", "#questions").has_focus("#answer-ready")
    doctor.press("1").waits_for("#answer-ready:checked").press("F9").sees("回答了", "#toast")
    doctor.sees("药房没有问题", "#questions")
    pharmacist.page.reload()
    pharmacist.sees("李志远 回答：按处方发", "#review")
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("冉一 的药发好了", "#toast")


@pytest.mark.rule("RX-15")
def test_the_assistant_prepares_and_the_pharmacist_checks_and_hands_out(
    server: Server, person: Callable[..., Person]
) -> None:
    assistant = person("assistant", at=at(server, "two"))
    day.ticks_all(assistant)
    assistant.sees("配好了", "#hand-out").press("F9").sees("配好了，等第二个人核对发药", "#toast")
    pharmacist = person("pharmacist", at=at(server, "two"))
    pharmacist.sees("发药完成", "#hand-out")
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("冉二 的药发好了", "#toast")
    pharmacist.page.goto(server.url + at(server, "two"))
    pharmacist.sees("丁小兰", "#review").sees("周敏", "#review")


def test_a_part_is_handed_out_and_the_rest_stands_on_the_list_of_what_is_owed(
    server: Server, person: Callable[..., Person]
) -> None:
    one = person("pharmacist", at=at(server, "part"))
    one.has_focus("#scan").press("Alt+p").waits_for("#short_reason")
    one.scan("D0001").sees("对上了", "#said")
    one.goes_to("[id^=given-]").press("Control+a").type("6")
    one.press("F9").sees("选一个欠药的原因", "#refusal")
    one.goes_to("#short_reason").press("Space").press("F9").sees("剩下的记在欠药里", "#toast")
    one.page.goto(server.url + "/pharmacy/owed")
    one.sees("12粒", "#owed").sees("冉三", "#owed").press("Enter").has_focus("#scan")
    one.scan("D0001").sees("对上了", "#said").press("F9").sees("冉三 的药发好了", "#toast")


@pytest.mark.rule("FE-09")
def test_a_return_is_inspected_pack_by_pack(server: Server, person: Callable[..., Person]) -> None:
    one = person("pharmacist", at=at(server, "back", "/return"))
    one.has_focus("#reason").type("医生换药了").press("Enter").goes_to("[id^=back-]").type("6")
    one.press("F9").sees("包装情况", "#refusal")
    one.goes_to("select[name^=condition]").press("ArrowDown")
    one.press("F9").sees("收好了，让患者拿小票去收费窗退费", "#toast").sees("回货架", "#history")
    one.sees("12", "#inspect")


@pytest.mark.rule("PH-16")
def test_a_controlled_drug_is_signed_by_two_and_stands_in_the_register(
    server: Server, person: Callable[..., Person]
) -> None:
    pharmacist = person("pharmacist", at=at(server, "register"))
    pharmacist.sees("要两个人签", "#review").sees("配好了", "#hand-out")
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("等第二个人核对发药", "#toast")
    pharmacist.page.goto(server.url + at(server, "register"))
    pharmacist.sees("这张是你配的", "#review").press("Alt+z").sees("放回货架了", "#toast")
    pharmacist.sees("要两个人签", "#review").sees("配好了", "#hand-out")
    assistant = person("assistant", at=at(server, "register"))
    day.ticks_all(assistant)
    assistant.press("F9").sees("等第二个人核对发药", "#toast")
    pharmacist.page.reload()
    day.ticks_all(pharmacist)
    pharmacist.press("F9").sees("冉五 的药发好了", "#toast")
    pharmacist.page.goto(server.url + "/pharmacy/register")
    pharmacist.sees("冉五", "#register").sees("丁小兰 · 周敏", "#register").sees("还差", "#empties")
    pharmacist.goes_to("[id^=empties-]").type("1").press("Enter").sees("收回 1 个空安瓿", "#toast")
    assistant.page.goto(server.url + "/pharmacy/register")
    assistant.goes_to("#empties button").press("Enter").sees("第二个人签好了", "#toast")


@pytest.mark.rule("NS-07")
def test_a_trace_code_goes_out_once(server: Server, person: Callable[..., Person]) -> None:
    one = person("pharmacist", at=at(server, "first"))
    one.has_focus("#scan").scan(CODE).sees("先扫药盒编码", "#said")
    one.scan("D0001").sees("对上了", "#said").scan(CODE).sees("追溯码记下了", "#said")
    one.press("F9").sees("冉六 的药发好了", "#toast")
    one.page.goto(server.url + at(server, "second"))
    one.has_focus("#scan").scan(CODE).sees("追溯码记下了", "#said")
    one.press("F9").sees("还差 12 才够", "#refusal")
    one.scan(OTHER).sees("追溯码记下了", "#said").press("F9").sees("冉七 的药发好了", "#toast")
