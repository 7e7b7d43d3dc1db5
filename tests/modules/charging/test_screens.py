"""The cashier's screens as a browser without script sees them, and what the server refuses."""

import re

import pytest

from clinic_app.kernel import db
from clinic_app.modules.charging import queries, services
from tests.conftest import hidden


def form_of(html):
    """What the page would post: every line, every ticked sheet, the sum."""
    return {
        "line": re.findall(r'name="line" value="([^"]+)"', html),
        "sheet": re.findall(r'name="sheet" value="([^"]+)"', html),
        "total_fen": hidden(html, "total_fen"), "cash": "", "scan": "", "reference": "",
    }  # fmt: skip


@pytest.fixture
def browser(browser_as):
    return browser_as("cashier")


def url(visit, what=""):
    return f"/charging/visits/{visit.hex()}{what}"


def page(browser, visit):
    return browser.get(url(visit)).text


def test_the_list_shows_who_waits_with_their_sums(window, browser):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    html = browser.get("/charging").text
    assert "刘建国" in html and "28.70" in html and "还没看" in html and "2 张单" not in html
    window.seen_by_doctor(visit)
    assert "2 张单" in browser.get("/charging").text
    polled = browser.get("/charging/waiting?q=ljg", **{"HX-Request": "true"}).text
    assert "刘建国" in polled and "<html" not in polled
    assert "没有“zzz”要交的费" in browser.get("/charging/waiting?q=zzz").text


def test_a_visit_shows_its_sheets_sum_and_patient(window, browser):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    html = page(browser, visit)
    assert "阿莫西林胶囊" in html and "1盒" in html and "18.70" in html and "门诊诊疗费" in html
    assert 'id="patient-banner"' in html and "无已知过敏" in html
    assert db.row("SELECT screen FROM access_log WHERE person_id = ?", (window.cashier.person_id,)) == ("收费",)


def test_f9_charges_prints_and_goes_on_to_the_next_patient(window, browser):
    first, second = window.visit(), window.visit("张兰英")
    window.seen_by_doctor(second)
    answer = browser.post(url(first, "/charge"), {**form_of(page(browser, first)), "cash": "20"})
    assert (answer.status_code, answer.location) == (303, url(second))
    html = browser.get(url(second)).text
    receipt = db.value("SELECT receipt_no FROM bill")
    assert f"收款 10.00，找零 10.00，收据 {receipt}" in html
    assert db.row("SELECT document, copy_no FROM job") == ("charging.receipt", 1)
    last = browser.post(url(second, "/charge"), {**form_of(html), "cash": "10.00"})
    assert last.location == "/charging"


def test_what_stays_owed_is_not_called_collected(window, browser):
    visit = window.visit()
    window.parameter("charging.arrears_allowed", True)
    asked = window.clinic.run(
        window.cashier, lambda uow: services.ask_for_visit(uow, visit, "arrears", 600, "赶集再来付")
    )
    window.approve(asked["approval_id"])
    browser.post(url(visit, "/charge"), {**form_of(page(browser, visit)), "cash": "5"})
    receipt = db.value("SELECT receipt_no FROM bill")
    assert f"收款 4.00，找零 1.00，欠着 6.00，收据 {receipt}" in browser.get("/charging").text


def test_who_still_waits_for_the_doctor_is_not_opened_after_a_payment(window, browser):
    first, _second = window.visit(), window.visit("张兰英")
    answer = browser.post(url(first, "/charge"), {**form_of(page(browser, first)), "cash": "20"})
    assert answer.location == "/charging"


def test_enter_opens_the_one_who_is_left_in_the_list(window, browser):
    visit = window.visit()
    window.visit("张兰英")
    answer = browser.get("/charging/waiting?q=ljg&enter=1", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, url(visit))
    typed = browser.get("/charging/waiting?q=ljg", **{"HX-Request": "true"})
    assert typed.status_code == 200
    assert "hx-vals" not in re.search(r'<form class="pad fit" id="find".*?>', browser.get("/charging").text)[0]
    assert browser.get("/charging/waiting?q=&enter=1", **{"HX-Request": "true"}).status_code == 200


def test_an_overtaken_page_gets_its_items_and_sums_anew_with_the_refusal(window, browser):
    visit = window.visit()
    old = form_of(page(browser, visit))
    window.sheet(visit, ("D0001", 24))
    stale = {**old, "total_fen": "1", "cash": "20"}
    answer = browser.post(url(visit, "/charge"), stale, **{"HX-Request": "true", "HX-Boosted": "true"})
    assert answer.status_code == 409 and answer.headers["HX-Retarget"] == "#refusal"
    assert 'id="bill"' in answer.text and "阿莫西林胶囊" in answer.text
    assert 'name="total_fen" value="2870"' in answer.text
    assert db.value("SELECT count(*) FROM bill") == 0


def test_a_page_that_was_paid_elsewhere_shows_that_nothing_is_left(window, browser):
    visit = window.visit()
    old = form_of(page(browser, visit))
    browser.post(url(visit, "/charge"), {**old, "cash": "10"})
    answer = browser.post(url(visit, "/charge"), {**old, "cash": "10"}, **{"HX-Request": "true"})
    assert answer.status_code == 409 and "刚被" in answer.text and "费用收清了" in answer.text
    assert 'name="sheet"' not in answer.text and 'name="total_fen" value="0"' in answer.text


def test_a_void_is_offered_only_before_dispensing_and_names_no_reason_by_itself(window, browser):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    browser.post(url(visit, "/charge"), {**form_of(page(browser, visit)), "cash": "30"})
    bill = db.value("SELECT id FROM bill")
    dialog = browser.get(f"/charging/bills/{bill.hex()}/void").text
    assert 'name="reason"' in dialog and "checked" not in dialog
    assert f"/charging/bills/{bill.hex()}/void" in browser.get("/charging/receipts").text
    window.clinic.raw("UPDATE reservation SET state = 'consumed', ended_at = 1 WHERE source_id = ?", (bill,))
    listed = browser.get("/charging/receipts").text
    assert f"/charging/bills/{bill.hex()}/void" not in listed and "已发药" in listed
    assert "/void" not in browser.get(f"/charging/bills/{bill.hex()}").text


@pytest.mark.rule("FE-04")
def test_a_quote_shows_due_and_change_and_writes_nothing(window, browser):
    visit = window.visit()
    form = form_of(page(browser, visit))
    before = db.connection().total_changes()
    text = browser.post(url(visit, "/quote"), {**form, "cash": "12.5"}).text
    assert re.search(r'id="due".*?10\.00', text, re.S) and re.search(r'id="change".*?2\.50', text, re.S)
    assert "还差" in browser.post(url(visit, "/quote"), {**form, "cash": "9"}).text
    assert "只有现金能找零" in browser.post(url(visit, "/quote"), {**form, "scan": "11", "reference": "WX0001"}).text
    while_typing = browser.post(url(visit, "/quote"), {**form, "scan": "10"}).text
    assert "还没有支付单号" not in while_typing and re.search(r'id="due".*?0\.00', while_typing, re.S)
    assert "金额要写成数字" in browser.post(url(visit, "/quote"), {**form, "cash": "一百"}).text
    assert db.connection().total_changes() == before


def test_numpad_plus_fills_in_exactly_what_is_due_and_keeps_the_focus(window, browser):
    visit = window.visit()
    form = form_of(page(browser, visit))
    answer = browser.post(url(visit, "/quote"), {**form, "scan": "4", "reference": "WX0001", "exact": "cash"})
    assert hidden(answer.text, "cash") == "6.00"
    assert answer.headers["HX-Trigger-After-Settle"] == '{"focus": "#pay-cash"}'
    assert hidden(browser.post(url(visit, "/quote"), {**form, "cash": "4", "exact": "scan"}).text, "scan") == "6.00"
    assert hidden(browser.post(url(visit, "/quote"), {**form, "give": "5000"}).text, "cash") == "50.00"


def test_an_unticked_sheet_is_left_open(window, browser):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    form = form_of(page(browser, visit))
    form["sheet"] = [form["sheet"][1]]
    quoted = browser.post(url(visit, "/quote"), form).text
    answer = browser.post(url(visit, "/charge"), {**form, "cash": "10", "total_fen": hidden(quoted, "total_fen")})
    assert answer.status_code == 303
    assert [line.name for line in window.open(visit)] == ["阿莫西林胶囊"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "还差 10.00 元"), ({"cash": "9.99"}, "还差 0.01 元"), ({"cash": "-5"}, "5"),
        ({"cash": "1" * 5000}, "金额"), ({"cash": "10\x00"}, "金额"), ({"scan": "10"}, "还没有支付单号"),
        ({"scan": "10", "reference": "<b>"}, "看不懂"),
        ({"cash": "99999999999"}, "9,999,999"),
    ],
)  # fmt: skip
def test_what_cannot_be_charged_is_a_sentence_and_changes_nothing(window, browser, changed, sentence):
    visit = window.visit()
    answer = browser.post(url(visit, "/charge"), {**form_of(page(browser, visit)), **changed})
    assert answer.status_code == 422 and sentence in answer.text
    assert db.value("SELECT count(*) FROM bill") == 0


def test_a_form_with_fields_of_its_own_is_refused(window, browser):
    visit = window.visit()
    answer = browser.post(url(visit, "/charge"), {**form_of(page(browser, visit)), "cash": "10", "price": "1"})
    assert answer.status_code == 422 and db.value("SELECT count(*) FROM bill") == 0


def test_a_stale_form_reads_who_was_faster_and_where_to_look(window, browser):
    visit = window.visit()
    form = {**form_of(page(browser, visit)), "cash": "10"}
    window.pay(visit)
    answer = browser.post(url(visit, "/charge"), form, **{"HX-Request": "true"})
    assert answer.status_code == 409 and "这张单刚被 赵晓梅 收过了" in answer.text
    assert answer.headers["HX-Retarget"] == "#refusal" and "/charging/bills/" in answer.text
    assert "收清了" in page(browser, visit)


def test_a_double_click_charges_once_and_says_so(window, browser):
    visit = window.visit()
    form = {**form_of(page(browser, visit)), "cash": "20"}
    key = "one-key-for-both-clicks"
    browser.post(url(visit, "/charge"), form, once=key)
    again = browser.post(url(visit, "/charge"), form, once=key)
    assert again.status_code == 303 and again.headers["Replayed"] == "1"
    assert db.value("SELECT count(*) FROM bill") == 1
    assert "刚才已经收过，没有再收" in browser.get(again.location).text


@pytest.mark.parametrize("role", ["doctor", "registrar", "nurse", "pharmacist", "manager", "administrator", "auditor"])
def test_only_a_cashier_takes_money(window, browser, browser_as, role):
    visit = window.visit()
    form = {**form_of(page(browser, visit)), "cash": "10"}
    other = browser_as(role)
    for what in ("/charge", "/quote"):
        assert other.post(url(visit, what), form).status_code == 403
    paid = window.pay(visit)
    assert other.post(f"/charging/bills/{paid['bill_id']}/void", {"reason": "收错人"}).status_code == 403
    assert queries.bill(bytes.fromhex(paid["bill_id"])).state == "paid"


def test_a_manager_looks_and_has_no_buttons_to_take_money(window, browser_as):
    visit = window.visit()
    manager = browser_as("manager")
    html = manager.get(url(visit)).text
    assert "一般诊疗费" in html and 'id="settle"' not in html and "这里只能看" in html
    window.pay(visit)
    assert "赵晓梅" in manager.get("/charging/receipts").text
    assert browser_as("auditor").get("/charging/receipts").status_code == 403


def test_unknown_ids_are_missing_never_another_patients_data(window, browser):
    window.visit()
    for path in ("/charging/visits/", "/charging/bills/"):
        answer = browser.get(path + "00" * 16)
        assert answer.status_code == 404 and "刘建国" not in answer.text
        assert browser.get(path + "xyz").status_code in (403, 404)


def test_voiding_from_the_list_of_receipts(window, browser):
    visit = window.visit()
    paid = window.pay(visit, 0, (1000, "WX000001"))
    assert paid["receipt_no"] in browser.get("/charging/receipts").text
    dialog = browser.get(f"/charging/bills/{paid['bill_id']}/void").text
    assert "<dialog" in dialog and "其他方式 10.00 从付款方原路退" in dialog
    action = f"/charging/bills/{paid['bill_id']}/void"
    assert browser.post(action, {"reason": "", "other": "错"}).status_code == 422
    answer = browser.post(action, {"reason": "收错人", "other": ""}, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/charging/receipts")
    html = browser.get("/charging/receipts").text
    assert "已作废" in html and "收错人" in html and "从付款方原路退" in html
    assert "已作废" in browser.get(f"/charging/bills/{paid['bill_id']}").text


@pytest.mark.rule("FE-16")
def test_f8_prints_the_last_receipt_again_as_copy_2(window, browser):
    visit = window.visit()
    paid = window.pay(visit)
    window.clinic.raw("UPDATE job SET state = 'printed'")
    assert 'data-key="F8"' in page(browser, visit)
    answer = browser.post(f"/charging/bills/{paid['bill_id']}/reprint", {"visit": visit.hex()})
    assert answer.location == url(visit)
    assert db.value("SELECT max(copy_no) FROM job WHERE document = 'charging.receipt'") == 2
    assert f"补打 1：收据 {paid['receipt_no']}" in page(browser, visit)


def test_the_shift_shows_its_sums_and_closes_once(window, browser):
    assert "还没有开班" in browser.get("/charging/shift").text
    window.pay(window.visit())
    assert "10.00" not in browser.get("/charging/shift").text
    assert "有效合计" not in browser.get("/charging/receipts").text
    window.parameter("charging.blind_close", False)
    html = browser.get("/charging/shift").text
    assert "有效合计" in browser.get("/charging/receipts").text
    window.parameter("charging.blind_close", True)
    assert "一般诊疗费" in html and "10.00" in html and "XQX01R" in html
    shift = queries.open_shift(window.cashier.person_id).id.hex()
    blind = browser.get(f"/charging/shift/{shift}/close").text
    assert "点完才告诉" in blind and "钱箱应有 10.00" not in blind
    shown = hidden(browser.get(f"/charging/shift/{shift}/close").text, "shown")
    assert browser.post(f"/charging/shift/{shift}/close", {"counted": "abc", "shown": shown}).status_code == 422
    assert browser.post(f"/charging/shift/{shift}/close", {"counted": "10", "shown": shown}).status_code == 303
    assert "交班完成，应交现金 10.00" in browser.get("/charging/shift").text
    assert browser.post(f"/charging/shift/{shift}/close", {"counted": "10"}).status_code == 409


def test_insurance_is_named_honestly(window, browser):
    html = page(browser, window.visit(payer="resident"))
    assert "城乡居民医保" in html and "医保还没接通，这笔先全额自费" in html


def test_a_hostile_name_stays_text(window, browser):
    visit = window.visit()
    window.clinic.raw("UPDATE service_item SET name = '<script>alert(1)</script>' WHERE code = 'S0003'")
    assert "<script>alert" not in page(browser, visit)
    assert "<script>alert" not in browser.get("/charging/waiting?q=<script>alert(1)</script>").text


def test_a_scanned_slip_opens_its_visit_and_a_payments_number_goes_into_its_field(window, browser):
    visit = window.visit()
    number = db.value("SELECT visit_no FROM visit WHERE id = ?", (visit,))
    assert browser.get(f"/charging/waiting?q={number}").headers["HX-Redirect"] == url(visit)
    paid = "4200002026112100012345678901"
    assert hidden(browser.get(f"/charging/waiting?q={paid}&visit={visit.hex()}").text, "reference") == paid
    assert "没有" in browser.get(f"/charging/waiting?q={paid}").text


def test_the_payer_is_changed_at_the_window_before_the_first_bill(window, browser):
    visit = window.visit()
    assert url(visit, "/payer") in page(browser, visit)
    dialog = browser.get(url(visit, "/payer"), **{"HX-Request": "true"}).text
    assert "现在是自费" in dialog and 'value="resident"' in dialog and 'value="self"' not in dialog
    empty = browser.post(url(visit, "/payer"), {"payer": ""}, **{"HX-Request": "true"})
    assert empty.status_code == 422 and 'id="new-payer-msg"' in empty.text
    changed = browser.post(url(visit, "/payer"), {"payer": "resident"})
    assert (changed.status_code, changed.location) == (303, url(visit))
    assert "城乡居民医保" in page(browser, visit)
    browser.post(url(visit, "/charge"), {**form_of(page(browser, visit)), "cash": "10"})
    refused = browser.post(url(visit, "/payer"), {"payer": "self"})
    assert refused.status_code == 422 and "已经收了费" in refused.text


def test_who_takes_no_money_changes_no_payer(window, browser_as):
    visit = window.visit()
    for role in ("manager", "doctor", "pharmacist"):
        assert browser_as(role).post(url(visit, "/payer"), {"payer": "resident"}).status_code == 403
