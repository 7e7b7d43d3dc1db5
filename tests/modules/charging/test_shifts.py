"""A shift opens with the first charge, shows what the ledger says, and accepts nothing after its close."""

import pytest

from clinic_app.kernel import db, jobs, outbox, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.queries.chips import chips
from clinic_app.modules.people import services as people
from tests.conftest import hidden


def test_the_first_charge_opens_a_shift_and_the_next_one_stays_in_it(window):
    assert queries.open_shift(window.cashier.person_id) is None
    window.pay(window.visit())
    first = queries.open_shift(window.cashier.person_id)
    window.pay(window.visit("张兰英"))
    assert queries.open_shift(window.cashier.person_id) == first
    assert first.desk_id == window.cashier.desk_id


@pytest.mark.rule("FE-13")
def test_sums_by_method_and_category_close(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    window.pay(visit, 2000, (1870, "WX000001"))
    window.pay(window.visit("张兰英"))
    window.void(window.pay(window.visit("吴小宝")), "患者不要了")
    sums = queries.shift_sums(queries.open_shift(window.cashier.person_id).id)
    assert (sums.cash_fen, sums.noncash_fen, sums.rounding_fen, sums.relief_fen) == (2000, 1870, 0, 0)
    assert [(one.code, one.amount_fen) for one in sums.categories] == [("general_fee", 2000), ("western_drug", 1870)]
    assert sums.income_fen == sums.cash_fen + sums.noncash_fen
    assert (sums.bills, sums.voids) == (3, 1)
    assert (sums.first_receipt_no[-6:], sums.last_receipt_no[-6:]) == ("000001", "000003")
    assert [(one.receipt_no[-6:], one.reason) for one in sums.voided] == [("000003", "患者不要了")]


@pytest.mark.rule("FE-13")
def test_a_close_keeps_its_sums_prints_a_slip_and_the_next_shift_is_empty(window):
    window.pay(window.visit())
    closed = window.close(counted_fen=990, why="找零找错")
    shift = queries.shift(bytes.fromhex(closed["shift_id"]))
    assert (shift.cash_fen, shift.noncash_fen, shift.counted_fen) == (1000, 0, 990)
    slip = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.shift_slip'"))
    assert (slip["cash"], slip["counted"], slip["difference"], slip["bills"]) == ("10.00", "9.90", "−0.10", 1)
    assert outbox.body_of(db.value("SELECT body FROM outbox WHERE event = 'charging.shift_closed'"))["cash_fen"] == 1000
    with pytest.raises(Refused) as refused:
        window.close()
    assert refused.value.code == "charging.no_open_shift"
    window.pay(window.visit("张兰英"))
    assert queries.shift_sums(queries.open_shift(window.cashier.person_id).id).bills == 1


def test_a_second_close_never_closes_the_next_shift(window):
    window.pay(window.visit())
    shown = queries.open_shift(window.cashier.person_id).id
    window.close(shift_id=shown)
    window.pay(window.visit("张兰英"))
    with pytest.raises(Stale) as stale:
        window.close(shift_id=shown)
    assert stale.value.code == "charging.shift_closed_already"
    assert queries.open_shift(window.cashier.person_id) is not None


def test_an_uncounted_drawer_is_not_a_drawer_of_zero(window):
    window.parameter("charging.count_at_close", False)
    window.pay(window.visit())
    window.clinic.run(window.cashier, lambda uow: services.close_shift(uow))
    slip = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.shift_slip'"))
    assert (slip["counted"], slip["difference"]) == ("", "")


@pytest.mark.rule("M5")
def test_a_closed_shift_accepts_no_voucher_and_is_never_opened_again(window):
    paid = window.pay(window.visit())
    shift = bytes.fromhex(window.close()["shift_id"])
    bill = bytes.fromhex(paid["bill_id"])
    with pytest.raises(Exception, match="accepts no entry"):
        window.clinic.raw(
            "INSERT INTO voucher(kind, bill_id, shift_id, corrects_id, at, posted_on)"
            " VALUES('void', ?, ?, 1, 1, '2026-01-01')", (bill, shift)
        )
    with pytest.raises(Exception, match="accepts no entry"):
        window.clinic.raw("INSERT INTO ledger_entry VALUES(1, 9, 'cash', 5)")
    with pytest.raises(Exception, match="only ever closed"):
        window.clinic.raw("UPDATE shift SET closed_at = NULL")


@pytest.mark.parametrize("table", ["bill", "bill_line", "payment", "voucher", "ledger_entry", "bill_void"])
def test_what_was_written_is_never_changed_or_removed(window, table):
    window.void(window.pay(window.visit()))
    column = db.rows(f"SELECT name FROM pragma_table_info('{table}')")[-1][0]
    with pytest.raises(Exception, match=r"never|final|voided"):
        window.clinic.raw(f"UPDATE {table} SET {column} = {column}")
    with pytest.raises(Exception, match=r"never|final"):
        window.clinic.raw(f"DELETE FROM {table}")


def test_a_cashier_has_one_open_shift(window):
    window.pay(window.visit())
    with pytest.raises(Exception, match="UNIQUE"):
        window.clinic.raw(
            "INSERT INTO shift(id, cashier_id, desk_id, opened_at) VALUES(randomblob(16), ?, NULL, 1)",
            (window.cashier.person_id,),
        )


def test_the_day_counts_bills_that_count(window):
    window.pay(window.visit())
    window.void(window.pay(window.visit("张兰英")))
    assert queries.charged_today(today()) == 1
    assert queries.charged_today(today(), window.clinic.actor("manager").person_id) == 0


def left_behind(window, role_or_gone="gone"):
    """The cashier's open shift with 10.00 cash in it, the cashier gone or no cashier any more."""
    window.pay(window.visit())
    shift_id, cashier = queries.open_shift(window.cashier.person_id).id, window.cashier.person_id
    admin = window.clinic.actor("administrator")
    if role_or_gone == "gone":
        window.clinic.run(admin, lambda uow: people.close_account(uow, cashier))
    else:
        window.clinic.run(admin, lambda uow: people.change_roles(uow, cashier, ["nurse"]))
    return shift_id


def close_for(window, shift_id, **given):
    second = window.clinic.actor("registrar").person_id
    facts = {"count": services.Count(990), "counted_with": second, "reason": "已离职", **given}
    return window.clinic.run(
        window.clinic.actor("manager"), lambda uow: services.close_shift_for(uow, shift_id, **facts)
    )


@pytest.mark.parametrize("how", ["gone", "role"])
def test_the_manager_closes_the_shift_of_a_cashier_who_cannot(window, how):
    shift_id = left_behind(window, how)
    assert [chip.url for chip in chips(window.clinic.actor("manager"))] == ["/charging/shifts"]
    close_for(window, shift_id)
    shift = queries.shift(shift_id)
    assert (shift.cash_fen, shift.counted_fen, shift.reason) == (1000, 990, "已离职")
    manager, second = window.clinic.actor("manager"), window.clinic.actor("registrar")
    assert (shift.closer_name, shift.witness_name) == (manager.name, second.name)
    detail = db.value("SELECT detail FROM audit WHERE action = 'charging.close_shift_for' AND entity = ?", (shift_id,))
    assert "已离职" in detail and second.person_id.hex() in detail
    slip = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.shift_slip'"))
    assert (slip["closer"], slip["witness"], slip["difference"]) == (manager.name, second.name, "−0.10")
    event = outbox.body_of(db.value("SELECT body FROM outbox WHERE event = 'charging.shift_closed'"))
    assert event["closed_by"] == manager.person_id
    assert chips(manager) == [] and chips(second) == []


HOUR_MS = 3_600_000


def test_a_shift_is_left_open_by_hours_without_an_entry_and_not_by_midnight(window):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id)
    window.clinic.drop_triggers("shift")
    window.clinic.raw("UPDATE shift SET opened_at = opened_at - ?", (30 * HOUR_MS,))
    last = db.value("SELECT max(at) FROM voucher")
    assert not queries.is_left_open(shift, last + 18 * HOUR_MS - 1), "a night shift, whoever opened it how long ago"
    assert queries.is_left_open(shift, last + 18 * HOUR_MS)
    assert chips(window.clinic.actor("manager")) == []
    change = lambda uow: parameters.change(uow, "charging.shift_left_open_hours", 12, uow.on, "test")  # noqa: E731
    window.clinic.run(window.clinic.actor("administrator"), change, quiet=True)
    assert queries.is_left_open(shift, last + 12 * HOUR_MS)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"count": None}, "charging.count_missing"), ({"counted_with": None}, "charging.witness_missing"),
        ({"counted_with": b"x" * 16}, "charging.witness_missing"), ({"reason": " "}, "charging.reason_length"),
    ],
)  # fmt: skip
def test_closing_for_somebody_takes_money_counted_by_two_and_a_reason(window, given, code):
    shift_id = left_behind(window)
    with pytest.raises(Refused) as refused:
        close_for(window, shift_id, **given)
    assert refused.value.code == code and queries.shift(shift_id).closed_at is None


def test_nobody_witnesses_alone_and_nobody_closes_for_a_cashier_at_work(window):
    shift_id = left_behind(window)
    with pytest.raises(Refused) as refused:
        close_for(window, shift_id, counted_with=window.clinic.actor("manager").person_id)
    assert refused.value.code == "charging.witness_missing"
    close_for(window, shift_id)
    with pytest.raises(Stale) as stale:
        close_for(window, shift_id)
    assert stale.value.code == "charging.shift_closed_already"


def test_a_cashier_at_work_closes_the_own_shift(window):
    window.pay(window.visit())
    with pytest.raises(Refused) as refused:
        close_for(window, queries.open_shift(window.cashier.person_id).id)
    assert refused.value.code == "charging.cashier_at_work"


def test_the_managers_page_lists_open_shifts_and_closes_one(window, browser_as):
    shift_id = left_behind(window)
    manager = browser_as("manager")
    html = manager.get("/charging/shifts").text
    assert "赵晓梅" in html and "代交班" in html and "10.00" in html
    dialog = manager.get(f"/charging/shifts/{shift_id.hex()}/close", **{"HX-Request": "true"}).text
    assert "代 赵晓梅 交班" in dialog and window.clinic.actor("manager").person_id.hex() not in dialog
    second = window.clinic.actor("registrar").person_id.hex()
    fields = {"counted": "１０．００", "second": second, "reason": "已离职", "shown": hidden(dialog, "shown")}
    done = manager.post(f"/charging/shifts/{shift_id.hex()}/close", fields)
    assert done.status_code == 303
    html = manager.get("/charging/shifts").text
    assert "没有没交的班" in html and "已离职" in html
    again = manager.post(f"/charging/shifts/{shift_id.hex()}/reprint", **{"HX-Request": "true"})
    assert "desks.still_on_its_way" in again.text, again.text
    for role in ("registrar", "administrator", "pharmacist"):
        assert browser_as(role).get("/charging/shifts").status_code == 403
