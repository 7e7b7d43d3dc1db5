"""Whatever is typed, pasted or broken: a sentence, the typed text kept, nothing changed, never an error page."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
MEGABYTE = "很长的话" * 87_000  # in UTF-8


def prepare(clinic: Clinic) -> dict[str, str]:
    """Somebody with a hostile name in every place, and ordinary people for the other tests."""
    made = {}
    hostile = {"h_seen": "consult", "h_signed": "sign", "h_paid": "pay"}
    for place, (use, step) in enumerate(
        {**hostile, "writing": "consult", "paying": "sign", "off": "sign", "out": "sign"}.items()
    ):
        name = HOSTILE if use in hostile else f"试填{'甲乙丙丁戊己庚'[place]}"
        born = date(1960 + place, 3, 4)
        visit_id = visit.arrive(clinic, PatientData(name, "1", born, address="<b>柳树村</b>", allergy_state="none"))[
            "visit_id"
        ]
        made[use] = visit_id.hex()
        if step == "consult":
            visit.run(clinic, "doctor", lambda uow, one=visit_id: consultation.start(uow, one))
            continue
        made[f"{use}-sheet"] = visit.consult(clinic, visit_id, ("D0011",), note={"chief_complaint": HOSTILE})[0].hex()
        if step == "pay":
            made[f"{use}-bill"] = visit.pay(clinic, visit_id)["bill_id"].hex()
    return made


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def pastes(one: Person, selector: str, text: str) -> None:
    """Into the field as a program would that knows no limit of the field."""
    one.page.evaluate(
        """([selector, text]) => {
             const field = document.querySelector(selector);
             field.removeAttribute('maxlength'); field.value = text;
             field.dispatchEvent(new Event('input', {bubbles: true}));
           }""",
        [selector, text],
    )


HOSTILE_PAGES = (
    ("registrar", "/registration/", "#queue"),
    ("registrar", "/patients/", "#main"),
    ("doctor", "/doctor/visits/{h_seen}", "#patient-banner"),
    ("doctor", "/doctor/visits/{h_signed}", "#patient-banner"),
    ("doctor", "/doctor/visits/{h_paid}/print", ".paper"),
    ("cashier", "/charging", "#pending-list"),
    ("cashier", "/charging/visits/{h_signed}", "#patient-banner"),
    ("cashier", "/charging/bills/{h_paid-bill}", "#patient-banner"),
    ("cashier", "/charging/receipts", "#receipts"),
    ("pharmacist", "/pharmacy/sheets/{h_paid-sheet}", "#patient-banner"),
    ("cashier", "/printing/jobs", "#papers"),
)


@pytest.mark.parametrize(("role", "path", "where"), HOSTILE_PAGES)
def test_a_hostile_name_is_only_text(
    server: Server, person: Callable[..., Person], role: str, path: str, where: str
) -> None:
    one = person(role, at=path.format(**server.made))
    if path == "/patients/":
        one.press("F2").type("<img").sees(HOSTILE, where)
    one.settles().sees(HOSTILE, where)
    assert one.page.locator("img[src=x]").count() == 0


def test_a_hostile_name_is_registered_and_printed_as_it_was_typed(
    server: Server, person: Callable[..., Person]
) -> None:
    registrar = person("registrar").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    registrar.type(HOSTILE).goes_to("input[name=sex]", key="Enter").press(" ")
    registrar.goes_to("#born_on", key="Enter").type("19440102").press("F9").sees("挂号成功", "#toast")
    registrar.sees(HOSTILE, "#queue").sees("已打印", "#print-status")
    assert any(HOSTILE in paper.replace("\n", "") for paper in day.papers(server.folder))
    registrar.page.goto(server.url + "/virtual-printer")
    assert registrar.page.locator("#virtual-papers img").first.evaluate(
        "img => img.decode().then(() => img.naturalHeight)"
    )


def test_a_megabyte_in_the_name_is_a_sentence_and_stays_in_the_field(person: Callable[..., Person]) -> None:
    registrar = person("registrar").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    pastes(registrar, "#name", MEGABYTE)
    registrar.goes_to("input[name=sex]", key="Enter").press(" ")
    registrar.goes_to("#born_on", key="Enter").type("19440102").press("F9").sees("删去多出来的", "#name-msg")
    assert len(registrar.page.input_value("#name")) == len(MEGABYTE)


@pytest.mark.parametrize("name", ["张\x00三", "张\u202e三"])
def test_a_sign_that_nobody_sees_is_named(person: Callable[..., Person], name: str) -> None:
    registrar = person("registrar").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    pastes(registrar, "#name", name)
    registrar.goes_to("input[name=sex]", key="Enter").press(" ")
    registrar.goes_to("#born_on", key="Enter").type("19440102").press("F9").sees("看不见的符号", "#name-msg")
    assert "三" in registrar.page.input_value("#name")


@pytest.mark.parametrize(("text", "sentence"), [(MEGABYTE, "写得太长"), ("多喝水\x00", "看不见的符号")])
def test_a_note_that_cannot_be_kept_is_refused_with_its_text_in_place(
    server: Server, person: Callable[..., Person], text: str, sentence: str
) -> None:
    doctor = person("doctor", at=f"/doctor/visits/{server.made['writing']}")
    pastes(doctor, "#plan", text)
    doctor.sees(sentence, "#record-saved")
    assert len(doctor.page.input_value("#plan")) >= len(text) - 1
    doctor.press("F9").waits_for("#refusal .refusal")
    assert len(doctor.page.input_value("#plan")) >= len(text) - 1


@pytest.mark.parametrize(
    ("dose", "days", "sentence"),
    [
        ("-0.5 g", "3", "剂量要"), ("99999999999 g", "3", "剂量要"), ("0", "3", "剂量要"), ("0.5 勺", "3", "不认识"),
        ("0.5 g", "-3", "最少 1，现在写的是「-3」"), ("0.5 g", "99999", "最多 366，现在写的是「99999」"),
        ("500 g", "7", "每次 500 g，最多 1 g"),
    ],
)  # fmt: skip
def test_a_dose_that_cannot_be_is_said_under_its_row(
    server: Server, person: Callable[..., Person], dose: str, days: str, sentence: str
) -> None:
    doctor = person("doctor", at=f"/doctor/visits/{server.made['writing']}")
    day.starts_row(doctor, *day.FEVER)
    doctor.press("Control+a").type(dose).goes_to("#rx-days", key="Enter").press("Control+a").type(days)
    doctor.goes_to("#rx-route", key="Enter").press("Enter").sees(sentence, "#row-problem").has_focus("[id^=rx-]")
    assert doctor.page.input_value("#rx-dose") == dose
    assert doctor.page.input_value("#rx-days") == days
    assert doctor.page.locator("#rx-grid tr[id^=line-]").count() == 0


def test_a_drug_that_is_sold_out_is_shown_with_the_reason_and_cannot_be_chosen(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor", at=f"/doctor/visits/{server.made['writing']}").press("Alt+n").has_focus("#rx-new")
    doctor.type("tbkl").sees("缺货", "#rx-sug [aria-disabled=true]").press("1")
    doctor.sees("缺货", "#say, #rx-sug .told").press("Enter").has_focus("#rx-new")
    assert doctor.page.locator("[name=drug_id][form=rx-entry]").input_value() == ""


@pytest.mark.parametrize(
    ("cash", "sentence"),
    [
        ("-5", "金额不能小于 0"),
        ("99999999999", "金额最多"),
        ("三十", "金额要写成数字"),
        ("1.234", "位小数"),
        ("1", "还差"),
    ],
)
def test_an_amount_that_cannot_be_is_a_sentence_and_takes_nothing(
    server: Server, person: Callable[..., Person], cash: str, sentence: str
) -> None:
    cashier = person("cashier", at=f"/charging/visits/{server.made['paying']}").has_focus("#pay-cash")
    cashier.type(cash).press("F9").sees(sentence, "#refusal")
    assert cashier.page.input_value("#pay-cash") == cash
    cashier.page.reload()
    cashier.waits_for("#settle")


def test_goods_that_expired_or_have_no_sane_count_are_not_taken_in(person: Callable[..., Person]) -> None:
    pharmacist = person("pharmacist").opens("入库").has_focus("#supplier").type("样例医药公司")
    pharmacist.goes_to("#new_drug").type("dyxajf").sees(
        "对乙酰氨基酚片", "#drug-sug:not([aria-busy]) [role=option]"
    ).press("Enter")
    pharmacist.has_focus("#new_batch_no").type("B77").press("Enter").type("2020-01-31").press("Enter").type("-4")
    pharmacist.press("Enter").type("1.50").press("Enter").sees("已经过了，不能入库", "#entry-msg")
    pharmacist.sees("最少 1", "#entry-msg")
    assert pharmacist.page.input_value("#new_packs") == "-4"
    pharmacist.goes_to("#new_packs").press("Control+a").type("99999999999").press("F9").waits_for("#entry-msg")
    assert pharmacist.page.input_value("#supplier") == "样例医药公司"
    assert pharmacist.page.input_value("#new_packs") == "99999999999"
    pharmacist.page.reload()
    assert "B77" not in pharmacist.page.inner_text("#latest")


def test_a_batch_that_expired_on_the_shelf_is_marked_and_not_counted(
    server: Server, person: Callable[..., Person]
) -> None:
    pharmacist = person("pharmacist", at="/stock").sees("已过期", "#main")
    row = pharmacist.page.locator("#main tr").filter(has_text="230001").first
    assert "已过期" in row.inner_text()
    doctor = person("doctor", at=f"/doctor/visits/{server.made['writing']}").press("Alt+n").type("tbabjn")
    doctor.sees("头孢氨苄胶囊", "#rx-sug:not([aria-busy]) [role=option]").sees(
        "42盒", "#rx-sug:not([aria-busy]) [role=option]"
    )


def switches_printer(one: Person, state: str) -> None:
    one.page.goto(one.url + "/virtual-printer")
    one.goes_to(f"button[name=state][value={state}]").press("Enter").waits_for(
        f"button[value={state}][aria-pressed=true]"
    )


def test_with_the_printer_off_the_money_is_taken_and_the_paper_waits_for_it(
    server: Server, person: Callable[..., Person]
) -> None:
    cashier = person("cashier")
    switches_printer(cashier, "off")
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['off']}")
    cashier.has_focus("#pay-cash").type("20").press("F9").sees("收据", "#toast").sees("等打印机", "#bill-note")
    cashier.page.goto(server.url + "/printing/jobs")
    cashier.sees("打印机连不上 等 1 张", "#status-chips").sees("收费小票", "#papers-open")
    switches_printer(cashier, "on")
    cashier.page.goto(server.url + "/printing/jobs")
    cashier.press("F9").sees("没有卡住的纸", "#papers-open").sees("已打印", "#papers-done")


def test_when_the_paper_ran_out_the_screen_asks_whether_it_came_out(
    server: Server, person: Callable[..., Person]
) -> None:
    cashier = person("cashier")
    switches_printer(cashier, "paper_out")
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['out']}")
    cashier.has_focus("#pay-cash").type("20").press("F9").sees("收据", "#toast").sees("出纸了吗？", "#bill-note")
    printed = len(day.papers(server.folder))
    switches_printer(cashier, "on")
    cashier.page.goto(server.url + "/printing/jobs")
    cashier.sees("1 张待确认", "#status-chips").goes_to("button[id^=no-]").press("Enter")
    cashier.sees("没有卡住的纸", "#papers-open")
    assert len(day.papers(server.folder)) == printed + 1
