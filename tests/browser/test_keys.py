"""Keys mean the same everywhere: Enter walks, F9 and Ctrl+Enter act, Esc goes back, F1 explains, Alt+Shift+L locks."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from appliance.practice import PASSWORD, PIN
from clinic_app.modules.patients.services import PatientData
from tests import visit
from tests.browser import day
from tests.browser.conftest import Server
from tests.browser.keyboard import Person
from tests.conftest import Clinic

pytestmark = pytest.mark.browser

NAMES = {
    "waiting": "孙长河", "typing": "钱秋菊", "leaving": "郑水根", "walking": "蒋小川", "choosing": "施玉兰",
    "paying": "冯立春", "counting": "褚大勇", "taking": "卫小满", "ticking": "沈阿根",
    "prescribing": "沈长庚", "weekly": "韩小桥",
}  # fmt: skip


def prepare(clinic: Clinic) -> dict[str, str]:
    """A visit for each test, as far as the test needs it."""
    made = {}
    for use, name in NAMES.items():
        arrived = visit.arrive(clinic, PatientData(name, "1", date(1970, 2, 3), allergy_state="none"))
        made[use] = arrived["visit_id"].hex()
        if use in ("paying", "counting", "taking", "ticking"):
            visit.consult(clinic, arrived["visit_id"])
        if use in ("taking", "ticking"):
            visit.pay(clinic, arrived["visit_id"])
    return made


@pytest.fixture(scope="module")
def server(template: tuple[Path, bytes], tmp_path_factory: Any) -> Iterator[Server]:
    yield from day.shared_server(template, tmp_path_factory, prepare)


def posts(one: Person) -> list[str]:
    """Paths that this page posts to from now on."""
    seen: list[str] = []
    one.page.on("request", lambda sent: seen.append(sent.url) if sent.method == "POST" else None)
    return seen


def begins(doctor: Person, server: Server, use: str) -> None:
    doctor.page.goto(f"{server.url}/doctor/visits/{server.made[use]}")
    doctor.press("F9").has_focus("#chief-complaint")


PAGES = (
    ("registrar", "挂号", "", {"F2": "找患者", "F4": "读卡", "Alt+N": "无证建档", "F9": "挂号并打号单"}),
    ("doctor", "门诊工作站", "", {"F9": "叫下一位", "Alt+N": "无号接诊"}),
    ("cashier", "收费", "/charging/visits/{paying}", {"F9": "收费并打印", "F4": "读卡", "F2": "找", "+": "刚好收"}),
    ("pharmacist", "发药", "", {"F9": "发药完成", "F2": "找处方", "Alt+1": "发药"}),
)


@pytest.mark.parametrize(("role", "label", "path", "keys"), PAGES)
def test_f1_lists_the_keys_of_this_page_and_esc_closes_it(
    server: Server, person: Callable[..., Person], role: str, label: str, path: str, keys: dict[str, str]
) -> None:
    one = person(role).opens(label)
    if path:
        one.page.goto(server.url + path.format(**server.made))
    one.press("Tab")
    before = one.focus()
    one.press("F1").waits_for("#keys[open]")
    rows = one.page.locator("#keys [data-keys-list]").inner_text().split("\n")
    listed = dict(zip(rows[::2], rows[1::2], strict=True))
    assert keys.items() <= listed.items()
    one.press("Escape").waits_for("#keys:not([open])", state="attached")
    assert one.focus() == before != "body"


def test_enter_walks_through_the_registration_form_and_sends_nothing(person: Callable[..., Person]) -> None:
    registrar = person("registrar").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    sent = posts(registrar)
    walked = []
    for _ in range(20):
        walked.append(registrar.focus())
        if walked[-1] == "#register":
            break
        registrar.press("Enter")
    assert walked[0] == "#name" and walked[-1] == "#register"
    assert {"#born_on", "#phone", "#address", "#payer", "#allergen"} <= set(walked)
    assert walked[-2] in ("#room", "input[room]")
    assert [path for path in sent if path.endswith("/registration/")] == []


def test_enter_in_the_payment_sends_nothing_and_the_numpad_plus_fills_what_is_due(
    server: Server, person: Callable[..., Person]
) -> None:
    cashier = person("cashier")
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['counting']}")
    sent = posts(cashier)
    cashier.has_focus("#pay-cash").press("Enter").has_focus("#pay-scan").press("Enter").has_focus("#pay-ref")
    cashier.goes_to("#pay-scan", key="Shift+Tab").press("Shift+Tab").has_focus("#pay-method")
    cashier.goes_to("#pay-cash", key="Shift+Tab").press("NumpadAdd").has_focus("#pay-cash")
    cashier.page.wait_for_function("() => document.querySelector('#pay-cash').value !== ''", timeout=8000)
    assert cashier.page.input_value("#pay-cash") in cashier.page.inner_text("#due")
    assert [path for path in sent if path.endswith("/charge")] == []
    cashier.press("Control+Enter").sees("收据", "#toast")
    assert len([path for path in sent if path.endswith("/charge")]) == 1


def test_ctrl_enter_and_f9_say_what_is_missing_beside_the_field(person: Callable[..., Person]) -> None:
    registrar = person("registrar").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    registrar.type("Zhou").press("Control+Enter").waits_for("#errsum").has_focus("#errsum")
    registrar.goes_to("input[name=sex]").press(" ")
    registrar.press("F9").has_focus("#born_on").waits_for("#born_on-msg")
    assert registrar.page.input_value("#name") == "Zhou"


def test_esc_closes_the_suggestions_first_and_then_goes_one_step_back(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    begins(doctor, server, "leaving")
    doctor.press("Alt+n").type("amxl").waits_for("#rx-sug:not([aria-busy]) [role=option]")
    doctor.press("Escape").waits_for("#rx-sug", state="hidden").has_focus("#rx-new")
    doctor.holds("#rx-new", "amxl").press("Escape").holds("#rx-new", "").has_focus("#rx-new")
    assert "/doctor/visits/" in doctor.page.url
    cashier = person("cashier")
    cashier.page.goto(f"{server.url}/charging/visits/{server.made['paying']}")
    cashier.has_focus("#pay-cash").press("Escape").waits_for("#pending-list").has_focus("#q")
    assert cashier.page.url.endswith("/charging")


def test_a_digit_chooses_a_drug_but_nobody_is_chosen_without_being_pointed_at(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    begins(doctor, server, "choosing")
    doctor.press("Alt+n").type("amxl").waits_for("#rx-sug:not([aria-busy]) [role=option]").press("2").holds(
        "#rx-new", "阿莫西林颗粒"
    )
    registrar = (
        person("registrar").opens("挂号").has_focus("#q").type("c").waits_for("#found:not([aria-busy]) [role=option]")
    )
    assert registrar.page.locator("#found [aria-selected=true]").count() == 0
    registrar.press("Enter").has_focus("#q")
    assert registrar.page.locator("#reg-form input[name=patient]").input_value() == ""


def test_locking_hides_the_page_and_keeps_what_was_typed(server: Server, person: Callable[..., Person]) -> None:
    doctor = person().sign_in("0002", "二诊室")  # a session of its own: locking ends nobody else's work
    begins(doctor, server, "typing")
    doctor.type("头晕 3 天").press("Alt+Shift+l").waits_for("#lock[open]").has_focus("#lock-password")
    sent = posts(doctor)
    doctor.press("F9", "Escape", "F1", "Alt+n")
    assert doctor.focus() == "#lock-password"
    assert [path for path in sent if "submit" in path] == []
    doctor.type("999999").press("Enter").sees("不对", "#lock [data-refusal]")
    doctor.press("Control+a").type(PIN).press("Enter").waits_for("#lock:not([open])", state="attached")
    assert doctor.page.input_value("#chief-complaint") == "头晕 3 天"
    doctor.has_focus("#chief-complaint").type("，加重").sees("已自动保存", "#record-saved")
    doctor.page.reload()
    assert doctor.page.input_value("#chief-complaint") == "头晕 3 天，加重"


def test_a_page_that_learns_of_the_lock_from_the_server_hides_itself_and_loses_nothing(
    server: Server, person: Callable[..., Person]
) -> None:
    registrar = person().sign_in("0001", "挂号 1号窗").opens("挂号").has_focus("#q").press("Alt+n").has_focus("#name")
    registrar.type("Zheng")
    other = Person(registrar.page.context.new_page(), server.url, registrar.complaints)
    other.page.goto(server.url + "/")
    other.press("Alt+Shift+l").waits_for("#lock[open]")
    registrar.page.bring_to_front()
    registrar.press("F9").waits_for("#lock[open]").has_focus("#lock-password")
    registrar.type(PASSWORD).press("Enter").waits_for("#lock:not([open])", state="attached")
    assert registrar.page.input_value("#name") == "Zheng"
    registrar.press("F9").has_focus("#errsum")
    assert registrar.page.input_value("#name") == "Zheng"


def test_a_poll_of_the_queue_moves_neither_focus_nor_text(server: Server, person: Callable[..., Person]) -> None:
    doctor = person("doctor")
    doctor.page.clock.install()
    begins(doctor, server, "waiting")
    doctor.type("咳嗽")
    with doctor.page.expect_response("**/doctor/queue*"):
        doctor.page.clock.fast_forward(20_000)
    doctor.type("两天").has_focus("#chief-complaint").holds("#chief-complaint", "咳嗽两天")


def test_every_swap_at_the_doctors_names_where_the_typing_goes_on(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    begins(doctor, server, "walking")
    day.prescribes(doctor, *day.FEVER)
    doctor.goes_to("tr[id^=line-]", key="Shift+Tab").press("Enter").has_focus("#ed-dose")
    doctor.goes_to("#ed-days", key="Enter").type("2").goes_to("#ed-note", key="Enter").press("Enter")
    doctor.sees("6片", "#rx-grid td").has_focus("#rx-new")
    doctor.goes_to("tr[id^=line-]", key="Shift+Tab").press("Enter").has_focus("#ed-dose")
    doctor.press("Escape").has_focus("#rx-new")
    doctor.goes_to("tr[id^=line-]", key="Shift+Tab").press("Enter").has_focus("#ed-dose")
    doctor.press("Alt+x").sees("已删除 对乙酰氨基酚片", "#toast").has_focus("#rx-new")
    doctor.press("Alt+u").sees("对乙酰氨基酚片", "#rx-grid td.nm").has_focus("#rx-new")


def test_ticks_stay_in_the_browser_until_f9_which_counts_them_again(
    server: Server, person: Callable[..., Person]
) -> None:
    """Space ticks and unticks, the focus goes to the first open line; a refused F9 keeps what was ticked."""
    pharmacist = person("pharmacist")
    day.opens_sheet(pharmacist, "沈阿根")
    asked: list[str] = []
    pharmacist.page.on("request", lambda sent: asked.append(sent.url) if "/sheets/" in sent.url else None)
    rows = pharmacist.page.locator("#dispense-rows tr[tabindex]")
    pharmacist.has_focus("#scan").press("Enter").sees("按空格给这一行打勾", "#said")
    assert pharmacist.page.locator("main").count() == 1
    asked.clear()
    pharmacist.press(" ").sees("已核对 1 / 3", "#ticked").press("ArrowUp", " ").sees("已核对 0 / 3", "#ticked")
    pharmacist.page.focus("#scan")
    pharmacist.press("ArrowDown").has_focus("#dispense-rows tr.on").press(" ")
    pharmacist.sees("已核对 1 / 3", "#ticked").sees("请核对", "#dispense-rows tr.on")
    assert rows.nth(0).inner_text().rstrip().endswith("已核对") and "on" not in rows.nth(0).get_attribute("class")
    pharmacist.press("ArrowUp", " ").sees("已核对 0 / 3", "#ticked").has_focus("#dispense-rows tr.on")
    pharmacist.press(" ").sees("已核对 1 / 3", "#ticked")
    assert asked == []
    pharmacist.press("F9").sees("还有 2 种没核对", "#refusal").has_focus("#dispense-rows tr.on")
    pharmacist.press(" ").sees("已核对 2 / 3", "#ticked").press(" ")
    pharmacist.sees("已核对 3 / 3", "#ticked .ok").has_focus("#hand-out")
    pharmacist.press("F9").sees("沈阿根 的药发好了", "#toast")


def test_a_usual_drug_is_told_with_its_suggestion_and_a_changed_dose_asks_again(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    begins(doctor, server, "prescribing")
    asked: list[str] = []
    doctor.page.on("request", lambda sent: asked.append(sent.url) if "/quote" in sent.url else None)
    day.starts_row(doctor, *day.FEVER)
    doctor.sees("9片", "#rx-quote")
    doctor.page.wait_for_timeout(400)  # a changed field asks after 150 ms
    day.stores_row(doctor, day.FEVER[1])
    assert asked == []
    day.starts_row(doctor, "amxljn", "阿莫西林胶囊")
    doctor.press("Control+a").type("1 g").press("Enter").sees("36粒", "#rx-quote")
    assert len(asked) == 1
    doctor.press("F9").sees("还没存", "#refusal").has_focus("#rx-route")
    doctor.press("Enter").sees("阿莫西林胶囊", "#rx-grid tbody:not([data-entry]) td.nm").has_focus("#rx-new")


@pytest.mark.rule("QT-05")
def test_the_days_of_a_weekly_drug_are_typed_before_the_row_is_stored(
    server: Server, person: Callable[..., Person]
) -> None:
    doctor = person("doctor")
    begins(doctor, server, "weekly")
    day.starts_row(doctor, "lltd", "氯雷他定片")
    doctor.page.select_option("#rx-frequency", "biw")
    doctor.goes_to("#rx-days", key="Enter").press("Control+a").type("7").press("Enter").waits_for("#rx-weekdays-biw")
    doctor.page.wait_for_timeout(400)  # a changed field asks after 150 ms, and its answer draws the days anew
    doctor.settles()
    doctor.goes_to("#rx-weekdays-biw", key="Enter").press("Control+a").type("14").press("Enter")
    doctor.sees("周一、周四", "#rx-grid tbody:not([data-entry]) td").has_focus("#rx-new")
