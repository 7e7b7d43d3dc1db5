"""Every invariant of charging, broken behind the product's back, is named by `clinic check`."""

import pytest

from clinic_app.kernel import invariants
from clinic_app.modules.charging import queries, services


def broken(which):
    return [what for result in invariants.results() if result.id == which for what, _why in result.violations]


@pytest.fixture
def books(window):
    """Three bills, one of them void, a closed shift, an open one."""
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    paid = window.pay(visit, 2000, (1870, "WX000001"))
    window.void(window.pay(window.visit("张兰英")))
    window.close()
    window.pay(window.visit("吴小宝"))
    for table in (
        "bill", "bill_line", "payment", "voucher", "ledger_entry", "bill_void", "shift", "charge_line", "refund",
        "refund_line", "refund_payment", "fee_mapping", "drawer_entry", "shift_count", "hand_in", "month_close",
        "invoice_book", "invoice_use", "approval",
    ):  # fmt: skip
        window.clinic.drop_triggers(table)
    window.bill = bytes.fromhex(paid["bill_id"])
    return window


def test_all_hold_on_sound_books(books):
    assert [result.id for result in invariants.results() if not result.holds] == []
    assert {"M1", "M2", "M3", "M5", "M6-bill", "N1"} <= {one.id for one in invariants.known()}


BREAKS = {
    "M1": [
        "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE voucher_id = 1 AND line_no = 1",
        "DELETE FROM ledger_entry WHERE voucher_id = 1; DELETE FROM voucher WHERE id = 1",
        "DELETE FROM bill_void",
        "UPDATE bill SET total_fen = total_fen + 1 WHERE number = 1",
        "UPDATE payment SET amount_fen = amount_fen + 1 WHERE method = 'scan'",
    ],
    "M2": [
        "UPDATE bill SET total_fen = total_fen - 1 WHERE number = 1",
        "UPDATE bill_line SET amount_fen = amount_fen + 1 WHERE category = 'western_drug'",
        "UPDATE payment SET amount_fen = amount_fen + 1 WHERE method = 'scan'",
        "UPDATE bill SET change_fen = change_fen + 1 WHERE number = 1",
    ],
    "M3": [
        "UPDATE voucher SET corrects_id = 1 WHERE kind = 'void'",
        "UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE voucher_id = 3",
    ],
    "M5": [
        "UPDATE shift SET cash_fen = cash_fen + 1 WHERE closed_at IS NOT NULL",
        "UPDATE shift SET noncash_fen = 0 WHERE closed_at IS NOT NULL",
        "UPDATE voucher SET at = at + 999999 WHERE id = 1",
        "UPDATE voucher SET shift_id = (SELECT id FROM shift WHERE closed_at IS NULL) WHERE id = 1",
    ],
    "M6-bill": [
        "UPDATE charge_line SET state = 'open', bill_id = NULL WHERE item_kind = 'drug'",
        "UPDATE charge_line SET state = 'billed', bill_id = (SELECT bill_id FROM bill_void) WHERE state = 'open'",
        "DELETE FROM bill_void",
    ],
    "N1": [
        "UPDATE bill SET number = 9 WHERE number = 2",
        "UPDATE series SET last = last + 1 WHERE name GLOB '*R[0-9][0-9]'",
        "UPDATE bill SET receipt_no = 'XQX01R26000009' WHERE number = 2",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("which", "sql"), [(which, sql) for which, all_of in BREAKS.items() for sql in all_of])
def test_a_broken_invariant_is_named(books, which, sql):
    books.clinic.raw(sql)
    if sql == "DELETE FROM bill_void" and which == "M6-bill":
        # the bill counts again while its lines are open: they could be paid twice
        assert broken(which)[0].startswith("bill ")
    assert broken(which)


@pytest.mark.rule("M6")
def test_a_line_on_two_bills_that_count_is_named(books):
    books.clinic.raw(
        "INSERT INTO bill_line SELECT (SELECT id FROM bill WHERE number = 3), 9, charge_line_id, item_name, unit_text,"
        " quantity, pack_size, price_e4, amount_fen, category FROM bill_line WHERE bill_id = ? AND line_no = 1",
        (books.bill,),
    )
    assert any(what.startswith("charge line ") for what in broken("M6-bill"))


@pytest.mark.rule("M6")
def test_a_reference_on_two_bills_that_count_is_named(books):
    books.clinic.raw("INSERT INTO payment VALUES((SELECT id FROM bill WHERE number = 3), 9, 'scan', 5, 'WX000001')")
    assert "scan reference WX000001" in broken("M6-bill")


@pytest.mark.rule("M3")
def test_a_voucher_corrected_twice_is_named(books):
    # the table itself cannot hold two corrections, so a copy without its constraint stands before it
    books.clinic.raw("CREATE TEMP TABLE voucher AS SELECT * FROM main.voucher")
    books.clinic.raw(
        "INSERT INTO temp.voucher SELECT 99, kind, bill_id, shift_id, corrects_id, at, posted_on FROM main.voucher"
        " WHERE id = 3"
    )
    assert "voucher 2" in broken("M3")


@pytest.fixture
def returned(books):
    """The same books with a refund of a line of a mixed bill, money handed in, a closed January and a book in use."""
    window = books
    window.parameter("charging.paper_invoices", True)
    book = lambda uow: services.issue_book(  # noqa: E731
        uow, prefix="甘", first=1, last=9, width=3, cashier_id=window.cashier.person_id
    )
    window.clinic.run(window.clinic.actor("manager"), book)
    visit = window.visit("陈桂英")
    window.services(visit, ("雾化", 1240))
    window.refund(window.pay(visit, 1240, method=("wechat", 1000, "WX9")), ("雾化", 1))
    window.void(window.pay(window.visit("张兰英")))
    window.clinic.run(window.cashier, lambda uow: services.record_drawer(uow, "out", 100, "换零钱"))
    closed = bytes.fromhex(window.close()["shift_id"])
    fen = queries.shift(closed).to_hand_in_fen
    window.clinic.run(window.clinic.actor("manager"), lambda uow: services.confirm_hand_in(uow, closed, fen))
    for table in ("hand_in", "shift_count", "drawer_entry"):
        window.clinic.drop_triggers(table)
    return window


def test_all_hold_after_refund_hand_in_and_invoices(returned):
    assert [(result.id, result.violations) for result in invariants.results() if not result.holds] == []
    returned.clinic.raw(CLOSED_EMPTY)
    assert broken("M5-month") == []

CLOSED_EMPTY = (
    "INSERT INTO month_close(month, income_fen, cash_fen, noncash_fen, receivable_fen, closed_by, closed_at)"
    " SELECT '2020-01', 0, 0, 0, 0, id, 1 FROM person LIMIT 1"
)
RED = "(SELECT id FROM bill WHERE kind = 'red')"
MORE_BREAKS = {
    "M4-red": [
        f"UPDATE bill SET total_fen = total_fen - 1 WHERE id = {RED}",
        f"UPDATE payment SET amount_fen = amount_fen - 1 WHERE bill_id = {RED} AND method = 'wechat'",
        f"UPDATE bill SET rounding_fen = 1 WHERE id = {RED}",
        "DELETE FROM refund_payment; DELETE FROM refund_line; DELETE FROM refund",
        "INSERT INTO bill_void SELECT corrects_id, '错了', 1, cashier_id, 1 FROM bill WHERE kind = 'red'",
    ],
    "M4": [
        "UPDATE refund_line SET quantity = quantity + 1",
        "UPDATE charge_line SET refunded = 0 WHERE refunded > 0",
        "UPDATE refund_payment SET amount_fen = amount_fen + 1",
        "UPDATE payment SET amount_fen = 9999 WHERE bill_id = (SELECT rest_id FROM refund) AND method = 'wechat'",
        "UPDATE refund_payment SET amount_fen = 999999",
        "UPDATE refund_line SET amount_fen = amount_fen + 1",
        "INSERT INTO approval(id, kind, visit_id, patient_id, bill_id, amount_fen, reason, state, asked_by, asked_at,"
        " decided_by, decided_at, used_bill_id) SELECT randomblob(16), 'refund', b.visit_id, b.patient_id, b.id, 1240,"
        " '不要了', 'used', b.cashier_id, 1,"
        " (SELECT id FROM person WHERE id <> b.cashier_id LIMIT 1), 2, f.red_id FROM refund f"
        " JOIN bill b ON b.id = f.bill_id",
        "INSERT INTO approval(id, kind, visit_id, patient_id, bill_id, amount_fen, reason, state, asked_by, asked_at,"
        " decided_by, decided_at, used_bill_id) SELECT randomblob(16), 'refund', b.visit_id, b.patient_id, b.id, 1239,"
        " '不要了', 'used', b.cashier_id, 1,"
        " (SELECT id FROM person WHERE id <> b.cashier_id LIMIT 1), 2, f.red_id FROM refund f"
        " JOIN bill b ON b.id = f.bill_id;"
        " UPDATE refund SET approval_id = (SELECT id FROM approval)",
    ],
    "M3": [f"UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE voucher_id = (SELECT id FROM voucher"
           f" WHERE bill_id = {RED} AND kind = 'red')"],
    "M2": [
        "UPDATE bill SET waiver_fen = 1, total_fen = total_fen + 1 WHERE number = 4",
        "DELETE FROM fee_mapping WHERE category = 'general_fee'",
    ],
    "M5": [
        "UPDATE shift SET drawer_fen = drawer_fen + 1 WHERE closed_at IS NOT NULL",
        "UPDATE shift_count SET counted_fen = counted_fen + 1",
        "UPDATE drawer_entry SET amount_fen = amount_fen - 1",
        "UPDATE drawer_entry SET at = at + 99999999",
        "UPDATE hand_in SET expected_fen = expected_fen + 1, received_fen = received_fen + 1",
        "UPDATE shift SET closed_at = NULL, cash_fen = NULL, noncash_fen = NULL, drawer_fen = NULL, counted_fen = NULL"
        " WHERE id = (SELECT shift_id FROM hand_in)",
    ],
    "M5-month": [
        "UPDATE voucher SET posted_on = '2020-01-01' WHERE id = 1",
        "INSERT INTO month_close(month, income_fen, cash_fen, noncash_fen, receivable_fen, closed_by, closed_at)"
        " SELECT substr(posted_on, 1, 7), 0, 0, 0, 0, (SELECT id FROM person LIMIT 1), 1 FROM voucher LIMIT 1",
        "UPDATE bill SET paid_on = '2020-01-01' WHERE number = 1",
        *(f"{CLOSED_EMPTY}; UPDATE month_close SET {sum_of} = 1"
          for sum_of in ("income_fen", "cash_fen", "noncash_fen", "receivable_fen")),
    ],
    "N1-invoice": [
        "UPDATE invoice_use SET number = number + 1 WHERE number = (SELECT max(number) FROM invoice_use)",
        "UPDATE invoice_use SET void_reason = '' WHERE void_reason <> ''",
        "UPDATE invoice_use SET bill_id = (SELECT bill_id FROM invoice_use ORDER BY number LIMIT 1) WHERE number = 2",
        "INSERT INTO invoice_book SELECT randomblob(16), prefix, 5, 12, width, (SELECT id FROM person WHERE id <>"
        " cashier_id LIMIT 1), issued_by, issued_at, NULL, NULL, NULL FROM invoice_book",
        "UPDATE invoice_book SET ended_at = 1, last_used = 1",
        "INSERT INTO invoice_book SELECT randomblob(16), prefix || '0', 5, 9, width - 1, (SELECT id FROM person"
        " WHERE id <> cashier_id LIMIT 1), issued_by, issued_at, NULL, NULL, NULL FROM invoice_book",
        "UPDATE invoice_use SET used_by = (SELECT id FROM person WHERE id <> used_by LIMIT 1)",
    ],
}  # fmt: skip


@pytest.mark.rule("M4")
@pytest.mark.parametrize(("which", "sql"), [(which, sql) for which, all_of in MORE_BREAKS.items() for sql in all_of])
def test_a_broken_invariant_of_refunds_drawers_months_and_invoices_is_named(returned, which, sql):
    returned.clinic.raw("PRAGMA ignore_check_constraints = 1")
    returned.clinic.raw(sql)
    assert broken(which)
