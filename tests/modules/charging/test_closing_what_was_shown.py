"""A shift is closed by the sums that the dialog showed, and by people who may: never under working hands."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.queries.chips import chips
from clinic_app.modules.people import services as people
from tests.conftest import hidden
from tests.modules.charging.test_shifts import close_for, left_behind

HTMX = {"HX-Request": "true"}


@pytest.mark.rule("FE-13")
def test_a_charge_while_the_manager_counts_is_no_shortage_of_the_cashier(window, browser_as, monkeypatch):
    window.pay(window.visit())
    shift_id = queries.open_shift(window.cashier.person_id).id
    monkeypatch.setattr(queries, "is_left_open", lambda _shift, _at: True)
    manager, at = browser_as("manager"), f"/charging/shifts/{shift_id.hex()}/close"
    shown = hidden(manager.get(at, **HTMX).text, "shown")
    window.pay(window.visit("张兰英"))
    second = window.clinic.actor("registrar").person_id.hex()
    given = {"counted": "10.00", "second": second, "reason": "人不在，忘了交班", "other": "下午没来", "shown": shown}
    answer = manager.post(at, given, **HTMX)
    assert answer.status_code == 409 and answer.headers["HX-Retarget"] == "#dialog"
    assert queries.shift(shift_id).closed_at is None and "又收了费" in answer.text
    assert "钱箱应有 20.00" in answer.text and 'value="10.00"' in answer.text
    assert f'value="{second}" selected' in answer.text and 'value="人不在，忘了交班" checked' in answer.text
    assert 'value="下午没来"' in answer.text
    again = {**given, "counted": "20.00", "shown": hidden(answer.text, "shown")}
    assert manager.post(at, again, **HTMX).status_code == 204
    assert (queries.shift(shift_id).counted_fen, queries.shift(shift_id).cash_fen) == (2000, 2000)


@pytest.mark.parametrize("change", ["charge", "void"])
def test_the_own_close_in_another_tab_is_told_what_changed(window, browser_as, change):
    bill = window.pay(window.visit())
    shift_id = queries.open_shift(window.cashier.person_id).id
    cashier, at = browser_as("cashier"), f"/charging/shift/{shift_id.hex()}/close"
    shown = hidden(cashier.get(at, **HTMX).text, "shown")
    if change == "charge":
        window.pay(window.visit("张兰英"))
    else:
        window.void(bill)
    answer = cashier.post(at, {"counted": "10", "shown": shown}, **HTMX)
    assert answer.status_code == 409 and "没有交班" in answer.text and 'name="counted"' in answer.text
    assert queries.shift(shift_id).closed_at is None
    right = "20" if change == "charge" else "0"
    answer = cashier.post(at, {"counted": right, "shown": hidden(answer.text, "shown")}, **HTMX)
    assert answer.status_code == 204 and queries.shift(shift_id).closed_at is not None


def test_a_form_without_the_sums_closes_nothing(window, browser_as):
    window.pay(window.visit())
    shift_id = queries.open_shift(window.cashier.person_id).id
    answer = browser_as("cashier").post(f"/charging/shift/{shift_id.hex()}/close", {"counted": "10"})
    assert answer.status_code == 409 and queries.shift(shift_id).closed_at is None


def test_both_closes_compare_the_sums(window):
    shift_id = left_behind(window)
    seen = queries.shift_sums(shift_id).mark
    with pytest.raises(Stale) as stale:
        close_for(window, shift_id, sums_seen="0.0.0.0")
    assert stale.value.code == "charging.shift_changed"
    assert close_for(window, shift_id, sums_seen=seen)["cash_fen"] == 1000


def test_the_dialogs_do_not_tell_the_cash_in_the_field_to_be_counted(window, browser_as):
    shift_id = left_behind(window)
    html = browser_as("manager").get(f"/charging/shifts/{shift_id.hex()}/close", **HTMX).text
    assert 'name="counted"' in html and "placeholder" not in html


def test_the_cashier_of_the_shift_counts_with_nobody(window, browser_as):
    cashier = window.cashier.person_id
    shift_id = left_behind(window, "role")
    with pytest.raises(Refused) as refused:
        close_for(window, shift_id, counted_with=cashier)
    assert (refused.value.code, refused.value.field) == ("charging.witness_is_cashier", "second")
    dialog = browser_as("manager").get(f"/charging/shifts/{shift_id.hex()}/close", **HTMX).text
    assert cashier.hex() not in dialog
    manager = window.clinic.actor("manager").person_id
    for closer, second in ((manager, cashier), (cashier, manager)):
        with pytest.raises(Exception, match="CHECK"):
            window.clinic.raw(
                "UPDATE shift SET closed_at = opened_at, cash_fen = 0, noncash_fen = 0, drawer_fen = 0,"
                " counted_fen = 0, closed_by = ?,"
                " counted_with = ?, reason = '已离职'", (closer, second),
            )  # fmt: skip


def test_a_manager_who_collected_closes_the_own_shift_as_everybody_does(window, browser_as):
    """Even after the cashier's role was taken away: nobody stands in for oneself."""
    manager, admin = window.clinic.actor("manager").person_id, window.clinic.actor("administrator")
    window.clinic.run(admin, lambda uow: people.change_roles(uow, manager, ["manager", "cashier"]))
    window.pay(window.visit(), actor=window.clinic.actor("manager"))
    window.clinic.run(admin, lambda uow: people.change_roles(uow, manager, ["manager"]))
    shift_id = queries.open_shift(manager).id
    with pytest.raises(Refused) as refused:
        close_for(window, shift_id)
    assert refused.value.code == "charging.own_shift"
    browser, at = browser_as("manager"), f"/charging/shifts/{shift_id.hex()}/close"
    assert f'hx-get="{at}"' in browser.get("/charging/shifts").text
    dialog = browser.get(at, **HTMX).text
    assert 'name="second"' not in dialog and f'action="{at}"' in dialog
    assert browser.post(at, {"counted": "10", "shown": hidden(dialog, "shown")}).location == "/charging/shifts"
    shift = queries.shift(shift_id)
    assert (shift.counted_fen, shift.closed_by, shift.closer_name) == (1000, None, "")
    assert 'id="slip"' in browser.get("/charging/shifts").text


def test_the_slip_is_of_the_one_who_closed_and_not_of_a_namesake(window, browser_as):
    shift_id = left_behind(window)
    close_for(window, shift_id)
    manager = browser_as("manager")
    assert 'id="slip"' in manager.get("/charging/shifts").text
    window.clinic.drop_triggers("shift")
    other = db.value(
        "SELECT p.id FROM person p JOIN shift s WHERE p.id NOT IN (s.closed_by, s.counted_with, s.cashier_id) LIMIT 1"
    )
    window.clinic.raw("UPDATE person SET name = (SELECT name FROM person WHERE id = (SELECT closed_by FROM shift))")
    window.clinic.raw("UPDATE shift SET closed_by = ?", (other,))
    assert 'id="slip"' not in manager.get("/charging/shifts").text


def test_the_managers_chip_is_one_read_however_many_shifts_are_open(window, monkeypatch):
    left_behind(window)
    manager, reads, rows = window.clinic.actor("manager"), [], db.rows
    assert len(chips(manager)) == 1, "the parameters are read once for all"
    monkeypatch.setattr(db, "rows", lambda sql, *more: reads.append(sql) or rows(sql, *more))
    assert len(chips(manager)) == 1
    assert len(reads) == 1
