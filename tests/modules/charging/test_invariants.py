"""Every invariant of charging, broken behind the product's back, is named by `clinic check`."""

import pytest

from clinic_app.kernel import invariants


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
    for table in ("bill", "bill_line", "payment", "voucher", "ledger_entry", "bill_void", "shift", "charge_line"):
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
