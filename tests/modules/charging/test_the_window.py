"""The cashier's page: mixed payments, single lines, holds, changed prices, classification."""

from datetime import timedelta

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.rules import Line, Payment, Tender, settle
from tests.conftest import hidden

WAYS = {"cash": False, "wechat": True, "alipay": True, "card": True, "other": False}


@pytest.fixture
def cashier(browser_as):
    return browser_as("cashier")


def form(browser, visit, **typed):
    html = browser.get(f"/charging/visits/{visit.hex()}").text
    lines = [line for line in html.split('name="line" value="')[1:]]
    return {
        "line": [line[:65] for line in lines], "sheet": [one[:32] for one in html.split('name="sheet" value="')[1:]],
        "total_fen": hidden(html, "total_fen"), **typed,
    }  # fmt: skip


@pytest.mark.rule("FE-04")
def test_wechat_50_and_cash_20_for_68_40_give_1_60_back():
    settled = settle(
        [Line("western_drug", 6840, "药")], [Tender("wechat", 5000, "W1"), Tender("cash", 2000)], 1, methods=WAYS
    )
    assert settled.change_fen == 160 and settled.payments == (Payment("wechat", 5000, "W1"), Payment("cash", 1840))


@pytest.mark.rule("FE-04")
def test_three_ways_on_one_bill_and_none_but_cash_gives_change(window, cashier):
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    typed = {"method": "wechat", "scan": "30", "reference": "WX1234", "more_method": "card", "more": "20",
             "more_reference": "CARD77", "cash": "20"}  # fmt: skip
    html = cashier.get(f"/charging/visits/{visit.hex()}").text
    ones = [one[:32] for one in html.split('name="one" value="')[1:]]
    answer = cashier.post(f"/charging/visits/{visit.hex()}/charge", {**form(cashier, visit, **typed), "one": ones})
    assert answer.status_code == 303
    (bill,) = queries.bills_of_visit(visit)
    assert [(one.method, one.amount_fen) for one in queries.payments(bill.id)] == [
        ("wechat", 3000), ("card", 2000), ("cash", 1840)
    ]  # fmt: skip
    assert bill.change_fen == 160
    with pytest.raises(Refused) as refused:
        settle([Line("x", 100, "药")], [Tender("card", 101, "C")], 1, methods=WAYS)
    assert refused.value.code == "charging.noncash_exceeds_due"


def test_a_way_that_is_not_on_the_list_is_refused(window, cashier):
    visit = window.visit()
    for method in ("bitcoin", "cash", "arrears"):
        typed = form(cashier, visit, method=method, scan="10", reference="X1234")
        answer = cashier.post(f"/charging/visits/{visit.hex()}/charge", typed, **{"HX-Request": "true"})
        assert answer.status_code == 422, method
    assert db.value("SELECT count(*) FROM bill") == 0
    window.clinic.raw("UPDATE payment_method SET is_disabled = 1 WHERE code = 'card'")
    assert "银行卡" not in cashier.get(f"/charging/visits/{visit.hex()}").text


def test_single_lines_of_a_request_are_paid_apart_and_a_prescription_is_paid_whole(window):
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    window.sheet(visit, ("D0001", 24), ("D0005", 2))
    lines = {line.name: line for line in window.open(visit)}
    window.pay(visit, 1240, lines_seen=[lines["雾化"].id.hex()], total_seen_fen=1240)
    left = {line.name for line in window.open(visit)}
    assert "雾化" not in left and "心电图" in left
    drug = next(line for line in lines.values() if line.item_kind == "drug")
    with pytest.raises(Stale) as stale:
        window.pay(visit, 9999, lines_seen=[drug.id.hex()], total_seen_fen=drug.amount_fen)
    assert stale.value.code == "charging.lines_changed"
    assert len(queries.bills_of_visit(visit)) == 1


def test_a_hold_keeps_ticks_and_amounts_and_stands_last_until_it_is_charged(window, cashier):
    held, other = window.visit(), window.visit("张兰英")
    window.services(held, ("心电图", 4600), ("雾化", 1240))
    html = cashier.get(f"/charging/visits/{held.hex()}").text
    ones = [one[:32] for one in html.split('name="one" value="')[1:]]
    answer = cashier.post(
        f"/charging/visits/{held.hex()}/hold", {**form(cashier, held, cash="50", note="回去取钱"), "one": ones[:1]}
    )
    assert answer.status_code == 303 and other.hex() in answer.location
    assert [(one.visit_id, bool(one.is_held)) for one in queries.pending(today())] == [(other, False), (held, True)]
    html = cashier.get(f"/charging/visits/{held.hex()}").text
    assert 'value="50"' in html and html.count('name="one"') == 2 and html.count("checked") == 2
    assert "回去取钱" in html and "挂起" in html
    window.pay(held)
    assert queries.hold(held) is None


def test_a_hold_that_is_opened_again_shows_what_its_amounts_leave_to_pay(window, cashier):
    held = window.visit()
    window.services(held, ("心电图", 4600))  # 56.00 with the consultation
    typed = form(cashier, held, cash="20", scan="40", method="wechat")
    cashier.post(f"/charging/visits/{held.hex()}/hold", typed)
    html = cashier.get(f"/charging/visits/{held.hex()}").text
    assert 'value="40"' in html and due(html) == "16.00" and change(html) == "4.00"


@pytest.mark.parametrize(
    ("typed", "left", "back"),
    [
        ({"cash": "20", "scan": "40", "reference": "W1"}, "16.00", "4.00"),
        ({"cash": "2o", "scan": "40", "reference": "W1234"}, "16.00", None),
        ({"cash": "60", "scan": "x"}, "56.00", "4.00"),
        ({"cash": "60", "scan": "40", "method": "bitcoin"}, "56.00", "4.00"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_leaves_the_other_amounts_counted(window, cashier, typed, left, back):
    visit = window.visit()
    window.services(visit, ("心电图", 4600))
    filled, htmx = form(cashier, visit, **{"method": "wechat", **typed}), {"HX-Request": "true"}
    for step, status in (("quote", 200), ("charge", 422)):
        answer = cashier.post(f"/charging/visits/{visit.hex()}/{step}", filled, **htmx)
        assert (answer.status_code, due(answer.text)) == (status, left)
        assert 'id="pay-wrong"' in answer.text
        assert back is None or change(answer.text) == back
    assert db.value("SELECT count(*) FROM bill") == 0


def due(html):
    return html.split('id="due"')[1].split("</small>")[1].split("<")[0]


def change(html):
    return html.split('id="change"')[1].split("</small>")[1].split("<")[0]


def test_a_hold_can_be_taken_off_and_nothing_is_held_without_items(window):
    visit = window.visit()
    window.clinic.run(window.cashier, lambda uow: services.hold_visit(uow, visit, "", {"sheets": [], "ones": []}))
    window.clinic.run(window.cashier, lambda uow: services.resume_visit(uow, visit))
    assert queries.hold(visit) is None
    window.pay(visit)
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.cashier, lambda uow: services.hold_visit(uow, visit, "", {}))
    assert refused.value.code == "charging.nothing_to_charge"


@pytest.mark.rule("FE-03")
def test_the_price_of_the_day_counts_and_the_cashier_is_told_what_the_sheet_showed(window, cashier):
    visit = window.visit()
    assert not any(line.is_price_changed for line in window.open(visit))
    window.clinic.drop_triggers("charge_line")
    window.clinic.drop_triggers("price")
    fee = db.value("SELECT id FROM service_item WHERE code = 'S0003'")
    window.clinic.raw("UPDATE price SET price_e4 = 50000, valid_from = '2026-01-01' WHERE item_id = ?", (fee,))
    window.clinic.raw("UPDATE price SET recorded_at = 1 WHERE item_id = ?", (fee,))
    window.price("service", "S0003", 48_000)
    assert [(one.signed_price_e4, one.price_e4) for one in window.open(visit)] == [(50_000, 48_000)]
    assert "开单时 5.00，现在 4.80" in cashier.get(f"/charging/visits/{visit.hex()}").text
    assert window.pay(visit)["due_fen"] == 480


@pytest.mark.rule("FE-02")
def test_an_unclassified_item_stops_the_bill_by_name_and_uses_no_number(window):
    with pytest.raises(Refused) as refused:
        settle(
            [Line("a", 100, "甲"), Line("b", 100, "乙"), Line(None, 100, "血糖试纸")], [Tender("cash", 300)], 1
        )  # fmt: skip
    assert (refused.value.code, refused.value.facts["items"]) == ("charging.unclassified", "血糖试纸")
    assert db.value("SELECT count(*) FROM series WHERE name GLOB '*R[0-9][0-9]'") == 0


@pytest.mark.rule("FE-01")
def test_lines_of_42_40_drug_16_exam_and_10_general_sum_to_68_40():
    settled = settle(
        [Line("western_drug", 4240, "药"), Line("examination", 1600, "心电图"), Line("general_fee", 1000, "诊疗费")],
        [Tender("cash", 6840)], 1,
    )  # fmt: skip
    assert settled.categories == (("western_drug", 4240), ("examination", 1600), ("general_fee", 1000))
    assert settled.total_fen == 6840


@pytest.mark.rule("FE-01")
def test_one_bill_has_three_mappings_of_the_same_sum_and_keeps_those_of_its_day(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    bill = bytes.fromhex(window.pay(visit)["bill_id"])
    invoice, home, statistics = queries.classes_of_bill(bill)
    assert invoice == {"general_fee": 1000, "western_drug": 1870}
    assert home == {"service": 1000, "western_drug_antimicrobial": 1870}
    assert statistics == {"general_fee": 1000, "drug": 1870}
    window.clinic.raw(
        "INSERT INTO fee_mapping VALUES('general_fee', 'other', 'other', ?, 'test', 0)",
        ((today() + timedelta(days=1)).isoformat(),),
    )
    assert queries.classes_of_bill(bill)[1:] == (home, statistics)


@pytest.mark.rule("FE-01")
def test_every_category_of_the_invoice_has_a_home_page_class_and_a_statistics_class(clinic):
    assert db.rows("SELECT code FROM invoice_category WHERE code NOT IN (SELECT category FROM fee_mapping)") == []
