"""Relief and arrears are asked for, approved by somebody else, and explicit on the bill; arrears are paid later."""

import sys

import pytest

from clinic_app.kernel import invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import documents, queries, services
from clinic_app.modules.visits import services as visit_services


def unbalanced():
    return [(one.id, one.violations) for one in invariants.results() if not one.holds]


def ask(window, visit, kind, fen, actor=None):
    return window.clinic.run(
        actor or window.cashier, lambda uow: services.ask_for_visit(uow, visit, kind, fen, "低保户")
    )["approval_id"]


@pytest.fixture
def visit(window):
    """A visit with 68.40 to pay."""
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    return visit


@pytest.mark.rule("FE-17")
def test_relief_of_10_on_68_40_leaves_58_40_due_and_an_income_of_68_40(window, visit):
    approval_id = ask(window, visit, "relief", 1000)
    with pytest.raises(Refused) as refused:
        window.pay(visit, 5840)
    assert refused.value.code == "charging.tender_short", "what is not approved yet is no relief"
    with pytest.raises(Refused):
        window.approve(approval_id, actor=window.cashier)
    window.approve(approval_id)
    paid = window.pay(visit, 5840)
    assert paid["due_fen"] == 5840
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.income_fen, sums.relief_fen, sums.cash_fen) == (6840, 1000, 5840)
    paper = documents.receipt(bytes.fromhex(paid["bill_id"]))
    assert (paper.waiver, paper.waived_by) == ("−10.00", window.clinic.actor("manager").name)
    assert queries.asked_for_visit(visit) == [] and unbalanced() == []


@pytest.mark.rule("FE-17")
def test_relief_stays_with_the_rest_of_a_refund(window, visit):
    window.approve(ask(window, visit, "relief", 1000))
    made = window.refund(window.pay(visit, 5840), ("雾化", 1))
    rest = queries.bill(bytes.fromhex(made["rest_id"]))
    assert (made["amount_fen"], rest.total_fen, rest.waiver_fen) == (1240, 5600, 1000) and unbalanced() == []


@pytest.mark.parametrize(("fen", "code"), [(6841, "charging.amount_above_total"), (0, "charging.amount_missing")])
def test_relief_is_between_nothing_and_the_total(window, visit, fen, code):
    with pytest.raises(Refused) as refused:
        ask(window, visit, "relief", fen)
    assert refused.value.code == code
    assert ask(window, visit, "relief", 6840)


def test_one_request_of_a_kind_at_a_time_and_it_can_be_taken_back(window, visit):
    approval_id = ask(window, visit, "relief", 1000)
    with pytest.raises(Stale):
        ask(window, visit, "relief", 500)
    window.clinic.run(window.cashier, lambda uow: services.withdraw_approval(uow, bytes.fromhex(approval_id)))
    with pytest.raises(Stale):
        window.approve(approval_id)
    assert ask(window, visit, "relief", 500)


def test_arrears_take_the_parameter(window, visit):
    with pytest.raises(Refused) as refused:
        ask(window, visit, "arrears", 1000)
    assert refused.value.code == "charging.arrears_not_allowed"


@pytest.fixture
def owing(window, visit):
    """68.40 of which 20.00 are owed."""
    window.parameter("charging.arrears_allowed", True)
    window.approve(ask(window, visit, "arrears", 2000))
    return window.pay(visit, 4840)


def settle(window, bill, cash, owed):
    return window.clinic.run(
        window.cashier,
        lambda uow: services.settle_arrears(
            uow, bytes.fromhex(bill["bill_id"]), [services.Tender("cash", cash)], owed_seen_fen=owed
        ),
    )


def test_arrears_are_listed_until_they_are_paid_in_a_later_shift(window, owing):
    assert [(one.receipt_no, one.owed_fen) for one in queries.arrears()] == [(owing["receipt_no"], 2000)]
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.income_fen, sums.cash_fen, sums.arrears_fen) == (6840, 4840, 2000)
    window.close()
    with pytest.raises(Refused):
        settle(window, owing, 1999, 2000)
    assert settle(window, owing, 5000, 2000)["change_fen"] == 3000
    with pytest.raises(Stale) as stale:
        settle(window, owing, 2000, 2000)
    assert stale.value.code == "charging.arrears_changed"
    assert queries.arrears() == [] and queries.receivable_fen() == 0
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.income_fen, sums.cash_fen, sums.arrears_fen) == (0, 2000, -2000) and unbalanced() == []


def test_the_last_receipt_tells_what_was_taken_and_what_is_owed(window, owing, browser_as):
    page = browser_as("cashier").get("/charging").text
    assert "收 48.40 · 还欠 20.00" in page
    settle(window, owing, 2000, 2000)
    assert "收 68.40" in browser_as("cashier").get("/charging").text


def test_a_refund_strikes_arrears_off_before_money_goes_back(window, owing):
    made = window.refund(owing, ("心电图", 1))
    # 46.00 taken back: 20.00 were never paid
    assert (made["struck_fen"], made["back"]) == (2000, [["cash", 2600]])
    assert queries.arrears() == [] and unbalanced() == []


def test_arrears_that_were_paid_go_back_in_cash(window, owing):
    settle(window, owing, 2000, 2000)
    with pytest.raises(Refused) as refused:
        window.void(owing)
    assert refused.value.code == "charging.void_settled"
    made = window.refund(owing)
    assert made["back"] == [["cash", 6840]] and made["struck_fen"] == 0 and unbalanced() == []


def settle_by_scan(window, bill, reference, owed=2000):
    return window.clinic.run(
        window.cashier,
        lambda uow: services.settle_arrears(
            uow, bytes.fromhex(bill["bill_id"]), [services.Tender("wechat", owed, reference)], owed_seen_fen=owed
        ),
    )


@pytest.fixture
def owing_too(window, owing):
    """Another bill of which 20.00 are owed."""
    visit = window.visit("张兰英")
    window.services(visit, ("心电图", 4601), ("雾化", 1241))
    window.approve(ask(window, visit, "arrears", 2000))
    return window.pay(visit, 4842)


def test_one_payment_of_a_payment_service_settles_one_debt(window, owing, owing_too):
    settle_by_scan(window, owing, "WX000077")
    with pytest.raises(Refused) as refused:
        settle_by_scan(window, owing_too, "WX000077")
    assert refused.value.code == "charging.scan_reference_used"
    assert refused.value.facts["receipt_no"] == owing["receipt_no"]
    visit = window.visit("吴小宝")
    with pytest.raises(Refused) as refused:
        window.pay(visit, scan=(1000, "WX000077"))
    assert refused.value.code == "charging.scan_reference_used"
    settle_by_scan(window, owing_too, "WX000078")
    assert unbalanced() == []
    window.clinic.drop_triggers("settlement_payment")
    window.clinic.raw("UPDATE settlement_payment SET reference = 'WX000077'")
    assert [which for which, _found in unbalanced()] == ["M6-bill"]
    window.clinic.raw("DELETE FROM settlement_payment WHERE voucher_id = (SELECT max(id) FROM voucher)")
    assert [which for which, _found in unbalanced()] == ["M1"]


@pytest.mark.rule("FE-10")
def test_arrears_that_were_paid_by_scan_go_back_by_scan(window, owing):
    settle_by_scan(window, owing, "WX000079")
    made = window.refund(owing, ("雾化", 1))
    assert made["back"] == [["wechat", 1240]] and unbalanced() == []
    made = window.refund({"bill_id": made["rest_id"]})
    assert sorted(made["back"]) == [["cash", 4840], ["wechat", 760]] and unbalanced() == []


@pytest.mark.rule("FE-05", "FE-10")
@pytest.mark.parametrize(("owed", "taken"), [(2004, 2000), (2006, 2010), (4, 0)])
def test_cash_for_arrears_is_taken_in_coins_and_goes_back_as_it_came(window, visit, browser_as, owed, taken):
    window.parameter("charging.cash_rounding_fen", 10)
    window.parameter("charging.arrears_allowed", True)
    window.approve(ask(window, visit, "arrears", owed))
    bill = window.pay(visit, scan=(6840 - owed, "WX000081"))
    dialog = browser_as("cashier").get(f"/charging/bills/{bill['bill_id']}/settle", **{"HX-Request": "true"}).text
    assert f"全收现金是 {taken // 100}.{taken % 100:02d}" in dialog
    made = settle(window, bill, 2500, owed)
    assert (made["paid_fen"], made["change_fen"]) == (taken, 2500 - taken)
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.cash_fen, sums.rounding_fen, sums.arrears_fen) == (taken, taken - owed, 0) and unbalanced() == []
    first = window.refund(bill, ("雾化", 1))
    again = window.refund({"bill_id": first["rest_id"]})
    assert unbalanced() == [] and all(fen % 10 == 0 for way, fen in first["back"] + again["back"] if way == "cash")
    back = [dict(one["back"]).get("cash", 0) for one in (first, again)]
    assert sum(back) == taken, "neither more nor less than came"


@pytest.mark.rule("FE-18")
def test_all_that_is_owed_is_counted_however_long_the_list_is(window, owing, owing_too, monkeypatch):
    monkeypatch.setattr(sys.modules["clinic_app.modules.charging.queries.arrears"], "MOST_LISTED", 1)
    assert len(queries.arrears()) == 1 and queries.receivable_fen() == 4000


def test_nothing_waits_for_a_visit_that_was_cancelled(window, visit):
    """Neither the request in the manager's list nor the hold at the window outlives it."""
    ask(window, visit, "relief", 1000)
    window.clinic.run(window.cashier, lambda uow: services.hold_visit(uow, visit, "去取钱", {}))
    window.clinic.run(
        window.clinic.actor("registrar"), lambda uow: visit_services.cancel_visit(uow, visit, reason="患者走了")
    )
    assert queries.approvals_waiting() == [] and queries.hold(visit) is None
