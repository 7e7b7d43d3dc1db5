"""clinic.js in a real browser: keys, input method, scanner, suggestions, focus and lock."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.page_server import calls, focused, wait_for

pytestmark = pytest.mark.browser


def scan(page: Page, code: str, gap_ms: int = 10) -> None:
    """Type as a scanner does: real key events with the stated distance, whatever the machine's load."""
    keyboard, at = page.context.new_cdp_session(page), time.time()
    for place, char in enumerate([*code, "\r"]):
        key = {"key": "Enter", "code": "Enter"} if char == "\r" else {"key": char}
        stamp = {"timestamp": at + place * gap_ms / 1000}
        keyboard.send(
            "Input.dispatchKeyEvent",
            {
                "type": "keyDown",
                "text": char,
                "windowsVirtualKeyCode": 13 if char == "\r" else ord(char),
                **key,
                **stamp,
            },
        )
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key, **stamp})


def test_enter_goes_to_the_next_field_and_never_submits(page: Page, seen: list[Any]) -> None:
    page.click("#name")
    order = []
    for _ in range(3):
        page.keyboard.press("Enter")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert order == ["payer", "amount", "send"]
    assert calls(seen, "/note") == []


def test_enter_in_the_last_cell_adds_the_row_and_the_server_names_the_focus(page: Page, seen: list[Any]) -> None:
    page.fill("#dose", "0.5")
    page.click("#days")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_have_text("一行")
    assert calls(seen, "/rx")[0]["days"] == ["3"]
    expect(page.locator("#drug")).to_be_focused()


def test_keys_of_an_unfinished_chinese_word_do_nothing(page: Page) -> None:
    page.click("#name")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "chengui", "selectionStart": 7, "selectionEnd": 7})
    for key in ("Enter", "F9", "Escape"):
        session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229})
    assert focused(page) == "name"
    assert page.url.endswith("/page")
    session.send("Input.insertText", {"text": "陈桂英"})
    expect(page.locator("#name")).to_have_value("陈桂英")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "payer"


def test_a_word_being_composed_asks_for_no_suggestions_until_it_is_finished(page: Page, seen: list[Any]) -> None:
    page.click("#drug")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "a'qi", "selectionStart": 4, "selectionEnd": 4})
    page.wait_for_timeout(300)
    assert calls(seen, "/drugs") == []
    session.send("Input.insertText", {"text": "阿奇"})
    expect(page.locator("#sug")).to_be_visible()
    assert calls(seen, "/drugs") == [{"drug": ["阿奇"]}]


def test_f9_and_ctrl_enter_press_the_primary_and_show_what_is_missing(page: Page, seen: list[Any]) -> None:
    page.click("#name")
    page.keyboard.press("F9")
    expect(page.locator("#why")).to_have_text("还差诊断")
    page.wait_for_timeout(1100)
    page.keyboard.press("Control+Enter")
    assert wait_for(lambda: len(calls(seen, "/submit")) == 2)
    assert {csrf for _m, path, _f, csrf in seen[0] if path == "/submit"} == {"token-1"}


def test_arrows_move_in_a_list_and_escape_goes_back(page: Page) -> None:
    page.focus("#q1")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "q2"
    page.keyboard.press("Escape")
    assert page.url.endswith("#back")


def test_f1_lists_the_keys_of_this_page(page: Page) -> None:
    page.keyboard.press("F1")
    expect(page.locator("#keys")).to_be_visible()
    assert "提交" in page.inner_text("#keys [data-keys-list]")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_digit_picks_a_suggestion_and_fills_the_row(page: Page) -> None:
    page.click("#drug")
    page.keyboard.type("aqm")
    expect(page.locator("#sug")).to_be_visible()
    expect(page.locator("#drug")).to_have_attribute("aria-activedescendant", "sug-1")
    page.keyboard.press("1")
    expect(page.locator("#dose")).to_be_focused()
    assert page.input_value("#drug") == "阿奇霉素片"
    assert page.input_value("#drug_id") == "7"
    assert page.input_value("#dose") == "0.25"
    assert page.inner_text("#unit") == "g"
    expect(page.locator("#sug")).to_be_hidden()


def test_an_option_that_cannot_be_chosen_is_skipped_and_says_why(page: Page) -> None:
    page.click("#drug")
    page.keyboard.type("aqm")
    expect(page.locator("#sug")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#say")).to_have_text("缺货")
    assert page.input_value("#drug_id") == ""
    page.keyboard.press("ArrowDown")
    expect(page.locator("#drug")).to_have_attribute("aria-activedescendant", "sug-3")
    page.keyboard.press("Enter")
    assert page.input_value("#drug_id") == "9"


def test_changing_the_text_after_a_pick_forgets_the_pick(page: Page) -> None:
    page.click("#drug")
    page.keyboard.type("aqm")
    expect(page.locator("#sug")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.input_value("#drug_id") == "7"
    page.click("#drug")
    page.keyboard.press("End")
    page.keyboard.type("x")
    assert page.input_value("#drug_id") == ""


def test_escape_closes_the_suggestions_before_it_goes_back(page: Page) -> None:
    page.click("#drug")
    page.keyboard.type("aqm")
    expect(page.locator("#sug")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sug")).to_be_hidden()
    assert not page.url.endswith("#back")
    assert focused(page) == "drug"


def test_a_scan_restores_the_field_and_goes_to_the_scan_target(page: Page, seen: list[Any]) -> None:
    page.click("#amount")
    page.keyboard.press("End")
    scan(page, "6901234567892")
    assert wait_for(lambda: calls(seen, "/scan")) == [{"code": ["6901234567892"]}]
    assert page.input_value("#amount") == "3"
    assert focused(page) == "amount"


def test_slow_typing_is_not_a_scan(page: Page, seen: list[Any]) -> None:
    page.fill("#amount", "")
    page.click("#amount")
    scan(page, "12345678", gap_ms=60)
    assert page.input_value("#amount") == "12345678"
    assert calls(seen, "/scan") == []
    assert focused(page) == "send"


def test_the_first_digit_of_a_scan_chooses_no_person(page: Page, seen: list[Any]) -> None:
    page.focus("#same")
    page.evaluate("""() => { for (const key of [...'16901234567', 'Enter']) {
        const typed = new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(typed); } }""")
    assert wait_for(lambda: calls(seen, "/scan")) == [{"code": ["16901234567"]}]
    page.wait_for_timeout(100)
    assert calls(seen, "/same") == []
    page.keyboard.press("1")
    assert wait_for(lambda: calls(seen, "/same"))


def test_f9_right_after_a_digit_sends_what_the_digit_chose(page: Page, seen: list[Any]) -> None:
    page.focus("#same")
    page.evaluate("""() => { for (const key of ['1', 'F9']) {
        const typed = new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(typed); } }""")
    assert wait_for(lambda: calls(seen, "/submit") and calls(seen, "/same"))
    order = [path for _method, path, _form, _csrf in seen[0] if path in ("/same", "/submit")]
    assert order == ["/same", "/submit"]
    page.wait_for_timeout(100)
    assert len(calls(seen, "/same")) == 1, "the digit acts once"


def test_f9_waits_for_the_answer_of_what_was_chosen(page: Page, seen: list[Any]) -> None:
    page.focus("#slow")
    page.keyboard.press("2")
    assert wait_for(lambda: calls(seen, "/slow"))
    page.keyboard.press("F9")
    page.keyboard.press("F9")
    page.wait_for_timeout(150)
    assert calls(seen, "/submit") == []
    assert wait_for(lambda: calls(seen, "/submit"))
    page.wait_for_timeout(100)
    assert len(calls(seen, "/submit")) == 1


def test_f9_acts_on_nothing_when_what_was_chosen_is_refused(page: Page, seen: list[Any]) -> None:
    page.focus("#refused")
    page.keyboard.press("3")
    assert wait_for(lambda: calls(seen, "/refused"))
    page.keyboard.press("F9")
    expect(page.locator("#refusal")).to_contain_text("没有选上")
    page.wait_for_timeout(200)
    assert calls(seen, "/submit") == []


def test_focus_falls_back_to_the_pane_when_a_swap_removes_it(page: Page) -> None:
    page.focus("#gone")
    page.keyboard.press("Enter")
    expect(page.locator("#gone")).to_have_count(0)
    expect(page.locator("#right h2")).to_be_focused()


def test_the_lock_hides_the_page_and_keeps_typed_text(page: Page, seen: list[Any]) -> None:
    page.click("#name")
    page.keyboard.type("写了一半")
    page.keyboard.press("Alt+Shift+L")
    expect(page.locator("#lock")).to_be_visible()
    assert wait_for(lambda: calls(seen, "/lock"))
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    expect(page.locator("#lock")).to_be_visible()
    assert page.evaluate("document.elementFromPoint(200, 200).closest('#lock') !== null")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#lock")).to_contain_text("密码不对")
    expect(page.locator("#lock-password")).to_have_value("")  # the next try is not typed behind the wrong one
    expect(page.locator("#lock-password")).to_be_focused()
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.locator("#lock")).to_be_hidden()
    assert page.input_value("#name") == "写了一半"
    assert focused(page) == "name"
    assert page.get_attribute("meta[name=csrf]", "content") == "token-2"
    assert calls(seen, "/submit") == []


def test_an_answer_of_423_locks_instead_of_swapping(page: Page) -> None:
    page.route("**/submit", lambda route: route.fulfill(status=423, body="locked"))
    page.click("#name")
    page.keyboard.press("F9")
    expect(page.locator("#lock")).to_be_visible()
    assert page.locator("#gone").count() == 1


def test_leaving_warns_only_when_something_changed_and_was_not_saved(page: Page) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click("#name")
    page.reload()
    assert asked == []
    page.click("#name")
    page.keyboard.type("没存")
    page.reload()
    assert asked == ["beforeunload"]
    page.click("#name")
    page.keyboard.type("存了")
    with page.expect_response("**/note"):
        page.click("#send")
    page.wait_for_timeout(50)
    page.reload()
    assert asked == ["beforeunload"]


def test_a_toast_goes_after_ten_seconds_unless_the_person_is_on_it(page: Page) -> None:
    page.clock.install()
    page.reload()
    told = "detail => document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail}))"
    page.evaluate(told, {"value": "挂号成功，28 号"})
    page.clock.run_for(6_000)
    expect(page.locator("#toast")).to_have_text("挂号成功，28 号")
    page.hover("#toast .toast")
    page.clock.run_for(6_000)
    expect(page.locator("#toast")).to_have_text("挂号成功，28 号")
    page.mouse.move(5, 300)
    page.clock.run_for(5_000)
    expect(page.locator("#toast")).to_be_empty()


def test_an_idle_page_locks_itself(page: Page, seen: list[Any]) -> None:
    page.clock.install()
    page.reload()
    page.clock.run_for(890_000)
    expect(page.locator("#lock")).to_be_hidden()
    page.clock.run_for(20_000)
    expect(page.locator("#lock")).to_be_visible()
    assert wait_for(lambda: calls(seen, "/lock"))


def test_both_plus_keys_act_in_a_number_field_and_stay_text_elsewhere(page: Page) -> None:
    page.evaluate("document.getElementById('q2').dataset.key = '+'")
    page.click("#amount")
    page.keyboard.press("+")
    page.wait_for_url("**#2")
    assert page.input_value("#amount") == "3"
    page.click("#name")
    page.keyboard.press("+")
    assert page.input_value("#name") == "+"


def test_a_page_that_names_no_field_starts_on_its_heading(page: Page) -> None:
    expect(page.locator("#left h2")).to_be_focused()


def test_escape_takes_a_refusal_away_before_it_goes_back(page: Page) -> None:
    said = '<div class="refusal"><b>没钱</b><button type="button" data-key="Esc" data-dismiss>知道了</button></div>'
    page.evaluate("said => { document.getElementById('refusal').innerHTML = said; }", said)
    page.click("#name")
    page.keyboard.press("Escape")
    expect(page.locator("#refusal")).to_be_empty()
    assert not page.url.endswith("#back") and focused(page) == "name"
    page.keyboard.press("Escape")
    assert page.url.endswith("#back")


def test_a_sum_that_is_asked_for_beside_takes_no_refusal_away(page: Page, seen: list[Any]) -> None:
    page.evaluate("""() => { document.getElementById('refusal').innerHTML = '<p class="refusal">刚被收过了</p>';
        const sum = document.getElementById('rows'); sum.setAttribute('hx-post', '/quote');
        sum.setAttribute('hx-trigger', 'input from:#amount delay:20ms'); htmx.process(sum); }""")
    page.fill("#amount", "5")
    assert wait_for(lambda: calls(seen, "/quote"))
    page.wait_for_timeout(100)
    expect(page.locator("#refusal")).to_have_text("刚被收过了")


def test_back_to_a_page_that_was_boosted_away_loads_it_anew_and_reports_nothing(page: Page) -> None:
    page.evaluate("""() => { const link = document.getElementById('q1'); link.href = '/page?next=1';
        link.setAttribute('hx-boost', 'true'); htmx.process(link.parentElement); }""")
    page.click("#q1")
    page.wait_for_url("**/page?next=1")
    page.go_back()
    page.wait_for_url("**/page")
    expect(page.locator("#status-chips")).to_contain_text("在线")
    expect(page.locator("#name")).to_be_visible()
