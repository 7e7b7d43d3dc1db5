"""Refunds: red and blue documents, the way the money goes back, who may and who approves."""

import pytest

from clinic_app.kernel import db, invariants, outbox
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.rules import Payment, handed_back, keep, needs_approval


def unbalanced():
    return [(one.id, one.violations) for one in invariants.results() if not one.holds]


@pytest.fixture
def paid(window):
    """The guide's bill of 68.40: fee 10.00, one item of 46.00, one of 12.40; WeChat 50.00 first, then cash 18.40."""
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    bill = window.pay(visit, 1840, method=("wechat", 5000, "WX000050"))
    window.visit_id = visit
    return bill


def documents(window):
    return [
        (one.state, one.total_fen, sorted((y.method, y.amount_fen) for y in queries.payments(one.id)))
        for one in queries.bills_of_visit(window.visit_id)
    ]


@pytest.mark.rule("FE-08")
def test_a_partial_refund_is_a_red_of_the_whole_and_a_blue_of_the_rest(window, paid):
    made = window.refund(paid, ("雾化", 1))
    assert (made["state"], made["back"], made["amount_fen"]) == ("done", [["cash", 1240]], 1240)
    assert sorted(documents(window)) == sorted([
        ("reversed", 6840, [("cash", 1840), ("wechat", 5000)]),
        ("red", -6840, [("cash", -1840), ("wechat", -5000)]),
        ("paid", 5600, [("cash", 600), ("wechat", 5000)]),
    ])  # fmt: skip
    red = next(one for one in queries.bills_of_visit(window.visit_id) if one.state == queries.RED)
    assert red.corrects_id == bytes.fromhex(paid["bill_id"]) and red.receipt_no.endswith("000002")
    assert unbalanced() == []


@pytest.mark.rule("FE-08")
def test_a_full_refund_leaves_no_blue_and_the_lines_count_as_taken_back(window, paid):
    made = window.refund(paid)
    assert made["rest_no"] == "" and made["back"] == [["cash", 1840], ["wechat", 5000]]
    states = [one for line in queries.bill_lines(bytes.fromhex(paid["bill_id"]))
              for one in queries.line_states([line.source_id]).values()]  # fmt: skip
    assert states and all(one.refunded == one.quantity and not one.is_paid for one in states)
    assert queries.bill_that_counts(bytes.fromhex(paid["bill_id"])) is None
    assert unbalanced() == []


def test_the_rest_is_refunded_again_until_nothing_is_left(window, paid):
    first = window.refund(paid, ("雾化", 1))
    second = window.refund({"bill_id": first["rest_id"]}, ("心电图", 1))
    assert second["back"] == [["cash", 600], ["wechat", 4000]]
    third = window.refund({"bill_id": second["rest_id"]})
    assert third["back"] == [["wechat", 1000]]
    assert queries.shift_sums(queries.open_shift(window.cashier.person_id).id).income_fen == 0
    assert unbalanced() == []


def test_part_of_a_line_goes_back_as_the_difference_of_two_true_amounts(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 18))
    bill = window.pay(visit)
    name = next(one.item_name for one in queries.bill_lines(bytes.fromhex(bill["bill_id"])) if one.item_kind == "drug")
    made = window.refund(bill, (name, 6))
    # 18 of 24 at 18.70 are 14.03, 12 of 24 are 9.35
    assert made["amount_fen"] == 1403 - 935
    rest = [one for one in queries.bill_lines(bytes.fromhex(made["rest_id"])) if one.item_kind == "drug"]
    assert [(one.quantity, one.amount_fen, one.unit_text) for one in rest] == [(12, 935, "12粒")]
    assert unbalanced() == []


def test_the_event_names_lines_and_quantities_and_the_bill_that_took_the_money_first(window, paid):
    first = window.refund(paid, ("雾化", 1))
    second = window.refund({"bill_id": first["rest_id"]}, ("心电图", 1))
    bodies = [
        outbox.body_of(body) for (body,) in db.rows(
            "SELECT body FROM outbox WHERE event = 'charging.refunded' ORDER BY seq"
        )
    ]  # fmt: skip
    assert [one["refund_id"].hex() for one in bodies] == [first["refund_id"], second["refund_id"]]
    assert {one["bill_id"].hex() for one in bodies} == {paid["bill_id"]}
    assert [[line["quantity"] for line in one["lines"]] for one in bodies] == [[1], [1]]
    assert set(bodies[0]["lines"][0]) == {
        "charge_line_id", "source_kind", "source_id", "source_line_id", "item_id", "quantity",
    }


@pytest.mark.rule("FE-09")
def test_what_a_later_subject_refuses_is_not_refunded_and_the_rest_is(window, paid, monkeypatch):
    """Two drugs, one came back: refunding both is refused for the other, 12.40 is refundable."""

    def came_back(_uow, facts):
        assert facts["bill_id"] == bytes.fromhex(paid["bill_id"])
        names = {one.charge_line_id: one.item_name for one in queries.bill_lines(facts["bill_id"])}
        if any(names[line["charge_line_id"]] == "心电图" for line in facts["lines"]):
            raise Refused("pharmacy.already_dispensed", no="1", who="x", at="1")

    monkeypatch.setitem(outbox.guards, "charging.refund", [came_back])
    with pytest.raises(Refused) as refused:
        window.refund(paid, ("心电图", 1), ("雾化", 1))
    assert refused.value.code == "pharmacy.already_dispensed"
    assert [one.state for one in queries.bills_of_visit(window.visit_id)] == ["paid"]
    assert window.refund(paid, ("雾化", 1))["amount_fen"] == 1240


@pytest.mark.rule("FE-10")
def test_the_last_payment_goes_back_first():
    kept, rounding = keep((Payment("wechat", 5000, "W"), Payment("cash", 1840)), 6840 - 3000, 1)
    assert (kept, rounding) == ((Payment("wechat", 3840, "W"),), 0)


@pytest.mark.rule("FE-10")
def test_a_refund_of_30_takes_the_cash_of_18_40_and_11_60_of_wechat(window):
    visit = window.visit()
    window.services(visit, ("心电图", 2840), ("雾化", 3000))
    bill = window.pay(visit, 1840, method=("wechat", 5000, "WX1"))
    assert window.refund(bill, ("雾化", 1))["back"] == [["cash", 1840], ["wechat", 1160]]


@pytest.mark.rule("FE-10")
def test_another_channel_waits_for_approval_and_moves_the_money_there(window, paid):
    asked = window.refund(paid, channel="cash")
    assert asked["state"] == "waiting"
    window.approve(asked["approval_id"])
    pay = lambda uow: services.pay_approved_refund(uow, bytes.fromhex(asked["approval_id"]))  # noqa: E731
    made = window.clinic.run(window.cashier, pay)
    assert made["back"] == [["cash", 6840]]
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.cash_fen, sums.noncash_fen, sums.income_fen) == (1840 - 6840, 5000, 0)
    assert unbalanced() == []


def test_all_back_by_the_way_it_was_paid_is_no_other_channel(window):
    bill = window.pay(window.visit())
    assert window.refund(bill, channel="cash")["state"] == "done"


@pytest.mark.rule("FE-11")
def test_a_refund_of_150_waits_at_a_limit_of_100_and_somebody_else_approves(window):
    visit = window.visit()
    window.services(visit, ("理疗", 15000))
    bill = window.pay(visit)
    asked = window.refund(bill, ("理疗", 1))
    assert (asked["state"], asked["amount_fen"]) == ("waiting", 15000)
    assert [one.state for one in queries.bills_of_visit(visit)] == ["paid"]
    assert [one.amount_fen for one in queries.approvals_waiting()] == [15000]
    approval_id = bytes.fromhex(asked["approval_id"])
    pay = lambda uow: services.pay_approved_refund(uow, approval_id)  # noqa: E731
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.cashier, pay)
    assert refused.value.code == "charging.not_approved"
    with pytest.raises(Refused) as refused:
        window.approve(asked["approval_id"], actor=window.cashier)
    assert refused.value.code == "charging.own_request"
    window.approve(asked["approval_id"])
    assert window.clinic.run(window.cashier, pay)["amount_fen"] == 15000
    with pytest.raises(Refused):
        window.clinic.run(window.cashier, pay)
    assert queries.refunds_of(bytes.fromhex(bill["bill_id"]))[0].approver_name == window.clinic.actor("manager").name
    assert unbalanced() == []


@pytest.mark.rule("FE-11")
@pytest.mark.parametrize(("amount", "waits"), [(10_000, False), (10_001, True)])
def test_the_limit_itself_needs_nobody(amount, waits):
    assert needs_approval(amount, 10_000, is_other_channel=False) is waits


@pytest.mark.rule("FE-11")
def test_several_small_refunds_of_a_bill_are_no_way_round_the_limit(window):
    visit = window.visit()
    window.services(visit, ("理疗", 6000), ("换药", 4000), ("针灸", 100))
    bill = window.pay(visit)
    assert window.refund(bill, ("理疗", 1))["state"] == "done"
    rest = {"bill_id": queries.bill_that_counts(bytes.fromhex(bill["bill_id"])).id.hex()}
    assert window.refund(rest, ("换药", 1))["state"] == "done"
    rest = {"bill_id": queries.bill_that_counts(bytes.fromhex(bill["bill_id"])).id.hex()}
    assert window.refund(rest, ("针灸", 1))["state"] == "waiting"


@pytest.mark.rule("FE-11")
def test_the_right_to_refund_is_another_one_than_to_charge(window, browser_as):
    rights = {module.name: module.rights for module in window.clinic.modules}["charging"]
    assert "charging.refund" in rights and "charging.charge" in rights
    bill = window.pay(window.visit())
    assert browser_as("registrar").get(f"/charging/bills/{bill['bill_id']}/refund").status_code == 403


def test_a_rejected_request_can_be_asked_anew_and_says_who_said_no(window):
    visit = window.visit()
    window.services(visit, ("理疗", 15000))
    bill = window.pay(visit)
    asked = window.refund(bill)
    with pytest.raises(Stale) as stale:
        window.refund(bill)
    assert stale.value.code == "charging.asked_already"
    window.approve(asked["approval_id"], yes=False)
    with pytest.raises(Stale):
        window.approve(asked["approval_id"])
    again = window.refund(bill)
    assert again["state"] == "waiting" and len(queries.approvals_decided()) == 1


@pytest.mark.rule("FE-12")
def test_a_late_refund_stands_in_the_current_period_and_the_old_close_is_untouched(window, paid):
    closed = bytes.fromhex(window.close()["shift_id"])
    before = queries.shift_sums(closed)
    with pytest.raises(Refused) as refused:
        window.void(paid)
    assert refused.value.code == "charging.shift_closed"
    window.refund(paid, ("雾化", 1))
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.cash_fen, sums.noncash_fen, sums.income_fen, sums.reds) == (-1240, 0, -1240, 1)
    assert queries.shift_sums(closed) == before and queries.shift(closed).cash_fen == 1840
    assert unbalanced() == []


def test_two_windows_on_one_bill_one_refund(window, paid):
    window.refund(paid, ("雾化", 1))
    with pytest.raises(Stale) as stale:
        window.refund(paid, ("雾化", 1))
    assert stale.value.code == "charging.already_reversed" and "/charging/bills/" in stale.value.next_url


@pytest.mark.parametrize("quantity", [0, 2])
def test_no_more_goes_back_than_was_charged(window, paid, quantity):
    with pytest.raises(Refused) as refused:
        window.refund(paid, ("雾化", quantity))
    assert refused.value.code == "charging.refund_quantity"


def test_a_bill_with_a_refund_is_not_voided_and_a_red_one_never(window, paid):
    made = window.refund(paid, ("雾化", 1))
    for bill_id in (paid["bill_id"], made["red_id"], made["rest_id"]):
        with pytest.raises(Refused) as refused:
            window.void({"bill_id": bill_id})
        assert refused.value.code == "charging.void_refunded"


def test_the_sum_on_the_screen_is_the_sum_that_goes_back(window, paid):
    with pytest.raises(Stale) as stale:
        window.refund(paid, ("雾化", 1), amount_seen_fen=1239)
    assert stale.value.code == "charging.refund_changed"
    assert window.refund(paid, ("雾化", 1), amount_seen_fen=1240)["state"] == "done"


@pytest.mark.rule("FE-05")
def test_cash_that_was_rounded_goes_back_as_it_came(window):
    window.parameter("charging.cash_rounding_fen", 10)
    visit = window.visit()
    window.services(visit, ("针灸", 1504), ("换药", 1242))
    bill = window.pay(visit, 4000)
    assert queries.bill(bytes.fromhex(bill["bill_id"])).rounding_fen == 4
    part = window.refund(bill, ("换药", 1))
    # 37.46 was paid with 37.50; the rest of 25.04 is worth 25.00 in coins
    assert part["amount_fen"] == 3750 - 2500 and unbalanced() == []
    assert window.refund({"bill_id": part["rest_id"]})["amount_fen"] == 2500
    assert queries.shift_sums(queries.open_shift(window.cashier.person_id).id).cash_fen == 0 and unbalanced() == []


def test_arrears_are_struck_off_before_money_goes_back():
    assert handed_back((("arrears", 500), ("cash", 200)), "", 500) == ((("cash", 200),), 500)
    assert handed_back((("arrears", 500),), "", 200) == ((("cash", 300),), 200)


def test_a_sheet_that_was_taken_back_is_no_longer_paid(window):
    visit = window.visit()
    sheet = window.sheet(visit, ("D0001", 24))
    bill = window.pay(visit)
    assert queries.is_prescription_paid(sheet) == bytes.fromhex(bill["bill_id"])
    window.refund(bill)
    assert queries.is_prescription_paid(sheet) is None


def test_a_line_named_twice_in_a_request_waits_once(window):
    visit = window.visit()
    window.services(visit, ("理疗", 15000))
    paid = window.pay(visit)
    bill = bytes.fromhex(paid["bill_id"])
    line = next(one for one in queries.bill_lines(bill) if one.item_name == "理疗")
    made = window.clinic.run(
        window.cashier,
        lambda uow: services.refund_bill(uow, bill, [(line.charge_line_id, 1)] * 2, reason="患者不要了"),
    )
    assert made["state"] == "waiting" and made["amount_fen"] == 15000
    assert queries.approval_lines(bytes.fromhex(made["approval_id"])) == [(line.charge_line_id, 1)]
