"""Charging a visit, through the service, with the numbers of the domain guide."""


import pytest

from clinic_app.kernel import db, outbox, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.charging import queries
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries as stock


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


def nothing_stored():
    return db.rows("SELECT (SELECT count(*) FROM bill), (SELECT count(*) FROM voucher), (SELECT count(*) FROM payment),"
                   " (SELECT count(*) FROM series WHERE name GLOB '*R[0-9][0-9]')") == [(0, 0, 0, 0)]  # fmt: skip


@pytest.fixture
def guides_bill(window):
    """42.40 drug, 16.00 examination, 10.00 general fee: 68.40 (FE-01)."""
    window.price("drug", "D0001", 424_000)
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    window.examination(visit, "S0015")
    return visit


@pytest.mark.rule("FE-01")
def test_invoice_lines_of_the_guides_bill(window, guides_bill):
    paid = window.pay(guides_bill, 6840)
    bill_id = bytes.fromhex(paid["bill_id"])
    bill = queries.bill(bill_id)
    assert [(one.category, one.amount_fen) for one in queries.bill_lines(bill_id)] == [
        ("laboratory", 1600), ("western_drug", 4240), ("general_fee", 1000),
    ]  # fmt: skip
    assert (bill.total_fen, bill.state, paid["change_fen"]) == (6840, "paid", 0)


@pytest.mark.rule("FE-02")
def test_an_unclassified_item_is_refused_by_name_and_uses_no_number(window, guides_bill):
    window.clinic.raw("UPDATE service_item SET invoice_category = NULL WHERE code = 'S0015'")
    refused = refusal(lambda: window.pay(guides_bill))
    assert (refused.code, refused.facts) == ("charging.unclassified", {"items": "血常规"})
    assert nothing_stored()


@pytest.mark.rule("FE-03")
def test_the_price_of_the_day_of_charging_counts(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    window.price("drug", "D0001", 48_000)
    seen = window.seen(visit)
    assert seen["total_seen_fen"] == 480 + 1000
    assert window.pay(visit)["due_fen"] == 1480


@pytest.mark.rule("FE-04")
def test_mixed_payment_gives_change_from_cash_alone(window, guides_bill):
    paid = window.pay(guides_bill, 2000, (5000, "WX202611210001"))
    assert paid["change_fen"] == 160
    assert queries.payments(bytes.fromhex(paid["bill_id"])) == [
        queries.Payment("scan", 5000, "WX202611210001"), queries.Payment("cash", 1840, ""),
    ]  # fmt: skip


@pytest.mark.rule("FE-05")
def test_cash_is_rounded_where_the_clinic_says_so_and_the_difference_has_its_own_entry(window):
    window.clinic.run(
        window.clinic.actor("manager"),
        lambda uow: (
            parameters.change(uow, "charging.cash_rounding_fen", 10, today(), "test"), uow.audit("test.change")
        ),
    )
    window.price("service", "S0003", 374_600)
    visit = window.visit()
    paid = window.pay(visit, 5000)
    bill = queries.bill(bytes.fromhex(paid["bill_id"]))
    assert (bill.total_fen, bill.rounding_fen, bill.change_fen, paid["due_fen"]) == (3746, 4, 1250, 3750)
    assert ("rounding", -4) in db.rows("SELECT account, amount_fen FROM ledger_entry")
    other = window.visit("张兰英")
    assert queries.bill(bytes.fromhex(window.pay(other, None, (3746, "WX0001"))["bill_id"])).rounding_fen == 0


@pytest.mark.rule("QT-07")
def test_a_split_pack_is_priced_by_the_minimum_unit_and_rounded_once(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 18))
    assert window.open(visit)[0].amount_fen == 1403  # 18.70 / 24 * 18 = 14.025
    assert queries.pending(today())[0].total_fen == 2403


def test_reserves_each_drug_line_and_says_so_in_the_event(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24), ("D0005", 2))
    paid = window.pay(visit)
    held = stock.reservations_of(bytes.fromhex(paid["bill_id"]))
    assert sorted(one.quantity for one in held) == [2, 24]
    body = outbox.body_of(db.value("SELECT body FROM outbox WHERE event = 'charging.bill_paid'"))
    assert (body["receipt_no"], body["total_fen"]) == (paid["receipt_no"], paid["due_fen"])
    assert [line["item_kind"] for line in body["lines"]] == ["drug", "drug", "service"]


def test_a_sold_out_drug_is_refused_and_nothing_is_charged(window):
    visit = window.visit()
    window.sheet(visit, ("D0004", 1))
    assert refusal(lambda: window.pay(visit)).code == "stock.not_enough"
    assert nothing_stored()
    assert [line.name for line in window.open(visit)][-1] == "一般诊疗费"


def test_an_item_without_a_price_is_named(window):
    visit = window.visit()
    window.without_price("S0003")
    refused = refusal(lambda: window.pay(visit))
    assert (refused.code, refused.facts) == ("charging.no_price", {"items": "一般诊疗费"})


@pytest.mark.rule("N1")
def test_receipts_are_numbered_without_a_gap_across_refusals(window):
    first = window.pay(window.visit())
    refusal(lambda: window.pay(window.visit("张兰英"), 1))
    second = window.pay(window.visit("吴小宝"))
    year = today().strftime("%y")
    assert [first["receipt_no"], second["receipt_no"]] == [f"XQX01R{year}000001", f"XQX01R{year}000002"]


def test_one_sheet_may_be_paid_alone(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    fee = next(line for line in window.open(visit) if line.item_kind == "service")
    assert window.pay(visit, lines_seen=[fee.id.hex()], total_seen_fen=1000)["due_fen"] == 1000
    assert [line.item_kind for line in window.open(visit)] == ["drug"]


def test_half_a_sheet_is_not_paid(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24), ("D0005", 2))
    half = window.open(visit)[0]
    found = refusal(lambda: window.pay(visit, lines_seen=[half.id.hex()], total_seen_fen=half.amount_fen))
    assert (type(found), found.code) == (Stale, "charging.lines_changed")


def test_a_line_that_came_after_the_screen_was_drawn_is_never_left_out_silently(window):
    visit = window.visit()
    seen = window.seen(visit)
    window.sheet(visit, ("D0001", 24))
    assert window.pay(visit, **seen)["due_fen"] == 1000
    assert len(window.open(visit)) == 1


def test_a_price_that_changed_meanwhile_is_told_with_both_sums(window):
    visit = window.visit()
    seen = window.seen(visit)
    window.price("service", "S0003", 120_000)
    found = refusal(lambda: window.pay(visit, 1000, **seen))
    assert (type(found), found.code) == (Stale, "charging.total_changed")
    assert found.facts == {"seen": "10.00", "now": "12.00"}
    assert nothing_stored()


@pytest.mark.parametrize("lines", [["0" * 32], ["no id"], ["0" * 31 + "G"]])
def test_unknown_lines_are_no_lines_of_this_visit(window, lines):
    assert refusal(lambda: window.pay(window.visit(), lines_seen=lines)).code == "charging.lines_changed"


def test_lines_of_another_visit_are_refused(window):
    mine, other = window.visit(), window.visit("张兰英")
    assert refusal(lambda: window.pay(mine, **window.seen(other))).code == "charging.lines_changed"
    assert refusal(lambda: window.pay(mine, lines_seen=[])).code == "charging.nothing_to_charge"


def test_an_unknown_visit_is_missing(window):
    with pytest.raises(Missing):
        window.pay(bytes(16), 100, lines_seen=["0" * 32], total_seen_fen=100)


def test_a_scan_reference_counts_once_until_its_bill_is_voided(window):
    first, second = window.visit(), window.visit("张兰英")
    paid = window.pay(first, None, (1000, "WX777777"))
    refused = refusal(lambda: window.pay(second, None, (1000, "WX777777")))
    assert (refused.code, refused.field) == ("charging.scan_reference_used", "reference")
    assert refused.facts == {"reference": "WX777777", "receipt_no": paid["receipt_no"]}
    window.void(paid)
    assert window.pay(second, None, (1000, "WX777777"))["due_fen"] == 1000


def test_the_bill_keeps_what_was_charged_when_the_dictionary_changes(window):
    visit = window.visit()
    paid = window.pay(visit)
    window.clinic.raw("UPDATE service_item SET name = '改名' WHERE code = 'S0003'")
    window.price("service", "S0003", 990_000)
    line = queries.bill_lines(bytes.fromhex(paid["bill_id"]))[0]
    assert (line.item_name, line.amount_fen, line.price_e4) == ("一般诊疗费", 1000, 100_000)


def test_what_later_subjects_ask_about_a_paid_prescription(window):
    visit = window.visit()
    sheet = window.sheet(visit, ("D0001", 24))
    assert queries.is_prescription_paid(sheet) is None
    paid = window.pay(visit)
    bill_id = bytes.fromhex(paid["bill_id"])
    assert queries.is_prescription_paid(sheet) == bill_id
    assert queries.bill_that_counts(bill_id).id == bill_id
    window.void(paid)
    assert queries.is_prescription_paid(sheet) is None
    assert queries.bill_that_counts(bill_id) is None


def test_a_retired_item_on_a_sheet_is_still_charged(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    window.clinic.raw("UPDATE drug SET is_disabled = 1 WHERE id = ?", (dictionaries.drug_by_code("D0001").id,))
    assert window.pay(visit)["due_fen"] == 2870


def test_all_that_a_bill_reserves_is_one_audit_row(window):
    visit = window.visit()
    window.sheet(visit, ("D0011", 9), ("D0016", 6), ("D0038", 9))
    bill_id = bytes.fromhex(window.pay(visit)["bill_id"])
    found = db.rows("SELECT detail FROM audit WHERE action = 'stock.reserve' AND entity = ?", (bill_id,))
    assert found == [('{"lines":3}',)]
    assert db.value("SELECT count(*) FROM reservation WHERE source_id = ?", (bill_id,)) == 3
