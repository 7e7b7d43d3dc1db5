import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging.rules import Line, Payment, Tender, settle

BILL = [
    Line("western_drug", 1403, "阿莫西林胶囊"),
    Line("examination", 1600, "心电图"),
    Line("western_drug", 2837, "布洛芬缓释胶囊"),
    Line("general_fee", 1000, "一般诊疗费"),
]


def _cash(fen):
    return Tender("cash", fen)


def _scan(fen, reference="WX202611200001"):
    return Tender("scan", fen, reference)


def _refusal(lines, tenders, step=1, **options):
    with pytest.raises(Refused) as refused:
        settle(lines, tenders, step, **options)
    return refused.value


@pytest.mark.rule("FE-01")
def test_sums_by_invoice_category_add_up_to_the_total():
    found = settle(BILL, [_cash(6840)], 1)
    assert found.categories == (("western_drug", 4240), ("examination", 1600), ("general_fee", 1000))
    assert found.total_fen == 6840


@pytest.mark.rule("FE-02")
def test_refuses_an_unclassified_item_by_its_name():
    refusal = _refusal([*BILL, Line(None, 500, "艾灸"), Line("", 500, "艾灸")], [_cash(10_000)])
    assert (refusal.code, refusal.facts) == ("charging.unclassified", {"items": "艾灸"})


@pytest.mark.rule("FE-04")
def test_mixed_payment_gives_change_from_cash():
    found = settle(BILL, [_scan(5000), _cash(2000)], 1)
    assert found.change_fen == 160
    assert found.payments == (Payment("scan", 5000, "WX202611200001"), Payment("cash", 1840))
    assert (found.cash_due_fen, found.cash_tendered_fen) == (1840, 2000)


@pytest.mark.rule("FE-04")
def test_noncash_cannot_exceed_what_is_due():
    refusal = _refusal(BILL, [_scan(4000), _scan(2841, "WX2"), _cash(10_000)])
    assert (refusal.code, refusal.facts) == ("charging.noncash_exceeds_due", {"due": "68.40", "noncash": "68.41"})


@pytest.mark.rule("FE-04")
def test_says_how_much_is_missing():
    refusal = _refusal(BILL, [_scan(5000), _cash(1540)])
    assert (refusal.code, refusal.facts) == ("charging.tender_short", {"missing": "3.00", "missing_fen": 300})
    assert _refusal(BILL, []).facts["missing_fen"] == 6840


@pytest.mark.rule("FE-05")
def test_cash_is_rounded_and_the_difference_kept_in_its_own_line():
    found = settle([Line("western_drug", 3746, "药")], [_cash(5000)], 10)
    assert (found.cash_due_fen, found.rounding_fen, found.change_fen) == (3750, 4, 1250)
    assert found.payments == (Payment("cash", 3750),)


@pytest.mark.rule("FE-05")
def test_noncash_is_never_rounded():
    found = settle([Line("western_drug", 3746, "药")], [_scan(3746)], 10)
    assert (found.rounding_fen, found.cash_due_fen) == (0, 0)
    assert _refusal([Line("western_drug", 3746, "药")], [_scan(3742)], 10).facts["missing_fen"] == 4


@pytest.mark.rule("FE-05")
def test_only_the_cash_part_of_a_mixed_payment_is_rounded():
    found = settle([Line("western_drug", 3746, "药")], [_scan(2001), _cash(2000)], 10)
    assert (found.cash_due_fen, found.rounding_fen, found.change_fen) == (1750, 5, 250)


def test_a_scan_payment_needs_its_reference():
    refusal = _refusal(BILL, [_scan(6840, " ")])
    assert (refusal.code, refusal.field) == ("charging.scan_needs_reference", "reference")
    assert refusal.facts == {"amount": "68.40"}
    assert settle(BILL, [_scan(0, ""), _cash(6840)], 1).payments == (Payment("cash", 6840),)


def test_one_scan_payment_is_not_entered_twice():
    refusal = _refusal(BILL, [_scan(3420, "WX1"), _scan(3420, " WX1 ")])
    assert (refusal.code, refusal.facts) == ("charging.scan_reference_repeated", {"reference": "WX1"})


@pytest.mark.rule("VS-04")
def test_a_free_registration_settles_without_any_money():
    found = settle([Line("registration", 0, "挂号费")], [], 10)
    assert (found.total_fen, found.payments, found.change_fen) == (0, (), 0)


@pytest.mark.rule("FE-17")
def test_relief_lowers_what_is_due_and_not_the_income():
    found = settle(BILL, [_cash(5840)], 1, waiver_fen=1000)
    assert (found.total_fen, found.waiver_fen, found.due_fen) == (6840, 1000, 5840)
    assert _refusal(BILL, [_scan(5841)], waiver_fen=1000).facts == {"due": "58.40", "noncash": "58.41"}
    assert _refusal(BILL, [], waiver_fen=6841).code == "charging.waiver_exceeds_total"


def test_refuses_a_bill_without_lines():
    assert _refusal([], [_cash(100)]).code == "charging.nothing_to_charge"


@pytest.mark.parametrize("tender", [Tender("cash", -1), Tender("scan", -1, "WX1"), Tender("cheque", 100)])
def test_an_impossible_tender_is_a_mistake_of_the_caller(tender):
    with pytest.raises(ValueError):
        settle(BILL, [tender], 1)


def test_a_negative_line_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError):
        settle([Line("western_drug", -1, "药")], [], 1)


LINES = st.lists(
    st.builds(Line, st.sampled_from(["western_drug", "examination"]), st.integers(0, 10**6), st.just("药")), min_size=1
)


@pytest.mark.rule("M2")
@given(LINES, st.data(), st.sampled_from([1, 5, 10, 100]))
def test_lines_equal_payments_less_rounding_plus_waiver(lines, data, step):
    total = sum(line.amount_fen for line in lines)
    waiver = data.draw(st.integers(0, total))
    by_scan = data.draw(st.integers(0, total - waiver))
    found = settle(lines, [_scan(by_scan), _cash(total + 100)], step, waiver_fen=waiver)
    paid = sum(payment.amount_fen for payment in found.payments)
    assert total == paid - found.rounding_fen + found.waiver_fen
    assert total == sum(fen for _, fen in found.categories)
    assert found.cash_tendered_fen - found.change_fen == found.cash_due_fen
    assert 0 <= found.change_fen <= found.cash_tendered_fen
    assert found.cash_due_fen % step == 0 and abs(found.rounding_fen) * 2 <= step


@pytest.mark.rule("M2")
@given(LINES, st.lists(st.tuples(st.sampled_from(["cash", "scan"]), st.integers(0, 10**6)), max_size=3))
def test_any_tender_settles_exactly_or_is_refused(lines, offered):
    tenders = [Tender(method, fen, f"WX{index}") for index, (method, fen) in enumerate(offered)]
    try:
        found = settle(lines, tenders, 10)
    except Refused as refused:
        assert refused.code in ("charging.tender_short", "charging.noncash_exceeds_due")
    else:
        assert sum(fen for _, fen in offered) == sum(p.amount_fen for p in found.payments) + found.change_fen
        assert all(payment.amount_fen > 0 for payment in found.payments)
