"""The day close: counted cash, differences with a reason, the supervisor's sum, money handed in, closed months."""

from datetime import datetime, time, timedelta

import pytest

from clinic_app.kernel import clock, db, invariants, jobs
from clinic_app.kernel.clock import from_local, local, today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.rules import counted_sum, denominations, difference_reason, expected_cash
from tests.conftest import hidden

HTMX = {"HX-Request": "true"}


def unbalanced():
    return [(one.id, one.violations) for one in invariants.results() if not one.holds]


def sums_of(window):
    return queries.shift_sums(queries.open_shift(window.cashier.person_id).id)


def hand_in(window, closed, received=None, note="", actor=None):
    shift = queries.shift(bytes.fromhex(closed["shift_id"]))
    fen = shift.to_hand_in_fen if received is None else received
    return window.clinic.run(
        actor or window.clinic.actor("manager"), lambda uow: services.confirm_hand_in(uow, shift.id, fen, note)
    )


@pytest.mark.rule("FE-13")
def test_eight_blue_of_640_one_void_and_one_red_of_27_70_net_612_30_in_cash_400_and_wechat_212_30(window):
    names = ("刘建国", "张兰英", "吴小宝", "陈桂英", "刘建国", "张兰英", "吴小宝")
    window.price("service", "S0003", 80_0000)
    for place, name in enumerate(names):
        visit = window.visit(name)
        if place < 5:
            window.pay(visit)
        else:
            window.pay(visit, method=("wechat", 8000, f"WX{place}"))
    last = window.visit("陈桂英")
    window.price("service", "S0003", 52_3000)
    window.services(last, ("雾化", 2770))
    bill = window.pay(last, 2770, method=("wechat", 5230, "WX8"))
    void = window.visit("刘建国")
    window.void(window.pay(void))
    made = window.refund(bill, ("雾化", 1))
    assert made["back"] == [["cash", 2770]]
    # the window holds 8 blue of 640.00; the rest of the refunded one is the ninth paper
    sums = sums_of(window)
    assert (sums.voids, sums.reds, sums.income_fen) == (1, 1, 64_000 - 2770)
    assert (sums.cash_fen, sums.noncash_fen) == (40_000, 21_230)
    assert sums.income_fen == sums.cash_fen + sums.noncash_fen - sums.rounding_fen == 61_230
    closed = window.close()
    assert closed["cash_fen"] + closed["noncash_fen"] == 61_230
    with pytest.raises(Refused) as refused:
        window.close()
    assert refused.value.code == "charging.no_open_shift" and unbalanced() == []


@pytest.mark.rule("FE-14")
def test_the_period_runs_from_the_last_close_not_from_midnight(window):
    window.pay(window.visit())
    first = window.close()
    window.pay(window.visit("张兰英"))
    second = queries.open_shift(window.cashier.person_id)
    assert second.id.hex() != first["shift_id"] and queries.shift_sums(second.id).income_fen == 1000
    window.clinic.drop_triggers("shift")
    window.clinic.raw("UPDATE shift SET opened_at = opened_at - 86400000 WHERE id = ?", (second.id,))
    closed = window.close()
    assert closed["shift_id"] == second.id.hex() and closed["cash_fen"] == 1000


class SetTime(clock.SystemTime):
    """Stands where the test put it."""

    def __init__(self, at):
        self.at = at

    def wall_ms(self):
        return self.at


def go_to(day, hour, minute):
    moment = from_local(datetime.combine(day, time(hour, minute)))
    clock.clock.start(clock.clock.newest, SetTime(moment))


@pytest.mark.rule("FE-14")
def test_a_sale_at_19_00_after_the_close_at_17_30_stands_in_the_next_close_over_midnight(window):
    day = today() + timedelta(days=1)
    go_to(day, 17, 0)
    window.pay(window.visit())
    go_to(day, 17, 30)
    first = bytes.fromhex(window.close()["shift_id"])
    before = queries.shift_sums(first)
    go_to(day, 19, 0)
    window.pay(window.visit("张兰英"))
    go_to(day + timedelta(days=1), 0, 30)
    window.pay(window.visit("吴小宝"))
    go_to(day + timedelta(days=1), 8, 0)
    closed = window.close()
    second = queries.shift(bytes.fromhex(closed["shift_id"]))
    period = [clock.local_text(at) for at in (second.opened_at, second.closed_at)]
    assert period == [f"{day} 19:00", f"{day + timedelta(days=1)} 08:00"]
    assert (closed["cash_fen"], queries.shift_sums(second.id).bills) == (2000, 2)
    assert queries.shift_sums(first) == before and before.cash_fen == 1000
    assert [one.id for one in queries.closes_of_day(day + timedelta(days=1))] == [second.id]
    slip = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.shift_slip' AND entity = ?",
                                  (second.id,)))  # fmt: skip
    assert slip["opened"] == period[0] and unbalanced() == []


def test_the_notes_and_coins_of_the_parameter_are_counted_one_by_one(window, browser_as):
    assert denominations("100 10000 500 100") == (10_000, 500, 100)
    assert counted_sum({10_000: 3, 500: 2, 10: 7}) == 31_070
    with pytest.raises(Refused):
        counted_sum({100: -1})
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    cashier, at = browser_as("cashier"), f"/charging/shift/{shift.hex()}/close"
    shown = hidden(cashier.get(at, **HTMX).text, "shown")
    assert cashier.post(at, {"n500": "2", "shown": shown}, **HTMX).status_code == 204
    assert queries.shift(shift).counted_fen == 1000 and queries.last_count(shift) == [(500, 2)]
    slip = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.shift_slip'"))
    assert slip["pieces"] == [{"note": "5.00", "count": "2", "amount": "10.00"}]


@pytest.mark.parametrize(
    ("typed", "code"),
    [({"n500": "2", "counted": "9"}, "charging.count_differs"), ({"n500": "x"}, "charging.pieces"),
     ({}, "charging.count_missing")],
)  # fmt: skip
def test_a_count_that_is_none_closes_nothing(window, browser_as, typed, code):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    cashier, at = browser_as("cashier"), f"/charging/shift/{shift.hex()}/close"
    answer = cashier.post(at, {**typed, "shown": hidden(cashier.get(at, **HTMX).text, "shown")}, **HTMX)
    assert answer.status_code == 422 and code in answer.text and queries.shift(shift).closed_at is None


@pytest.mark.rule("FE-13")
def test_a_difference_needs_a_reason_and_the_blind_count_stays_on_record(window, browser_as):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    cashier, at = browser_as("cashier"), f"/charging/shift/{shift.hex()}/close"
    blind = cashier.get(at, **HTMX).text
    assert "钱箱应有" not in blind.replace("点完才告诉钱箱应有多少", "") and "10.00" not in blind
    answer = cashier.post(at, {"counted": "9.00", "shown": hidden(blind, "shown")}, **HTMX)
    assert answer.status_code == 409 and answer.headers["HX-Retarget"] == "#dialog"
    assert "−1.00" in answer.text and "钱箱应有 10.00" in answer.text and 'name="why"' in answer.text
    assert queries.shift(shift).closed_at is None and queries.counts_of(shift) == [(900, 1000)]
    again = {"counted": "9.00", "why": "找零多给了", "shown": hidden(answer.text, "shown")}
    assert cashier.post(at, again, **HTMX).status_code == 204
    closed = queries.shift(shift)
    assert (closed.difference_fen, closed.difference_reason) == (-100, "找零多给了")
    assert queries.counts_of(shift) == [(900, 1000), (900, 1000)] and unbalanced() == []
    told = browser_as("manager").get(f"/charging/shifts/{shift.hex()}/hand-in", **HTMX).text
    assert "钱箱数了不止一次：9.00 · 9.00" in told, "who takes the money sees the first count too"


@pytest.mark.parametrize(("counted", "refused"), [(1000, False), (999, True), (1001, True)])
def test_only_the_right_sum_needs_no_words(counted, refused):
    if not refused:
        assert difference_reason(counted, 1000, "") == ""
        return
    with pytest.raises(Refused) as told:
        difference_reason(counted, 1000, " ")
    assert told.value.code == "charging.difference_reason"


def test_without_the_blind_parameter_the_sum_is_told_at_once(window, browser_as):
    window.parameter("charging.blind_close", False)
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id).id
    assert "钱箱应有 10.00" in browser_as("cashier").get(f"/charging/shift/{shift.hex()}/close", **HTMX).text


def test_float_and_drawer_entries_are_in_the_drawer_and_not_in_the_income(window):
    run = lambda act: window.clinic.run(window.cashier, act)  # noqa: E731
    window.parameter("charging.blind_close", False)
    run(lambda uow: services.open_shift(uow, 20_000))
    with pytest.raises(Refused) as refused:
        run(lambda uow: services.open_shift(uow, 20_000))
    assert refused.value.code == "charging.shift_is_open"
    window.pay(window.visit())
    run(lambda uow: services.record_drawer(uow, "opened", 0, "换零钱"))
    run(lambda uow: services.record_drawer(uow, "out", 5000, "院长取走"))
    run(lambda uow: services.record_drawer(uow, "in", 300, "补零钱"))
    with pytest.raises(Refused) as refused:
        run(lambda uow: services.record_drawer(uow, "out", 16_301, "太多"))
    assert refused.value.code == "charging.drawer_short"
    sums = sums_of(window)
    assert (sums.drawer_fen, sums.income_fen) == (expected_cash(20_000, 1000, [0, -5000, 300]), 1000)
    closed = window.close(16_300)
    assert closed["state"] == "closed"
    shift = queries.shift(bytes.fromhex(closed["shift_id"]))
    assert (shift.to_hand_in_fen, shift.difference_fen) == (0, 0) and unbalanced() == []
    with pytest.raises(Exception, match="accepts no entry"):
        window.clinic.raw(
            "INSERT INTO drawer_entry(shift_id, kind, amount_fen, reason, made_by, at)"
            " VALUES(?, 'in', 5, '补零', ?, 1)",
            (shift.id, window.cashier.person_id),
        )


@pytest.mark.rule("FE-15")
def test_the_supervisors_sum_of_612_30_and_430_00_is_1042_30(window, browser_as):
    window.price("service", "S0003", 612_3000)
    window.pay(window.visit())
    first = window.close()
    second = window.second_cashier()
    window.price("service", "S0003", 430_0000)
    window.pay(window.visit("张兰英"), actor=second)
    window.close(actor=second)
    assert [one.cash_fen for one in queries.closes_of_day(today())] == [61_230, 43_000]
    assert queries.day_sums(today()).money_fen == 104_230
    html = browser_as("manager").get("/charging/days").text
    assert "1,042.30" in html
    hand_in(window, first)
    assert queries.hand_in(bytes.fromhex(first["shift_id"])).received_fen == 61_230
    with pytest.raises(Stale) as stale:
        hand_in(window, first)
    assert stale.value.code == "charging.handed_in_already" and unbalanced() == []


@pytest.mark.rule("FE-15")
def test_finance_confirms_what_came_and_nobody_the_own_money(window):
    window.pay(window.visit())
    closed = window.close()
    with pytest.raises(Refused) as refused:
        hand_in(window, closed, actor=window.cashier)
    assert refused.value.code == "charging.own_hand_in"
    with pytest.raises(Refused) as refused:
        hand_in(window, closed, received=999)
    assert refused.value.code == "charging.reason_length"
    hand_in(window, closed, received=999, note="少了 1 分")
    assert queries.hand_in(bytes.fromhex(closed["shift_id"])).note == "少了 1 分"


def test_an_open_shift_is_not_handed_in(window, browser_as):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id)
    with pytest.raises(Refused) as refused:
        hand_in(window, {"shift_id": shift.id.hex()}, received=1000)
    assert refused.value.code == "charging.shift_still_open"
    answer = browser_as("manager").get(f"/charging/shifts/{shift.id.hex()}/hand-in", **HTMX)
    assert answer.status_code == 422 and "charging.shift_still_open" in answer.text


def in_march(window, day=17):
    """What was entered until now happened on a day of last March."""
    for table in ("voucher", "bill", "shift", "hand_in"):
        window.clinic.drop_triggers(table)
    moment = from_local(local(db.value("SELECT max(at) FROM voucher")).replace(month=3, day=day, hour=9, tzinfo=None))
    on = local(moment).date().isoformat()
    window.clinic.raw("UPDATE voucher SET at = ?, posted_on = ?", (moment, on))
    window.clinic.raw("UPDATE shift SET opened_at = ?", (moment,))
    window.clinic.raw("UPDATE shift SET closed_at = ? WHERE closed_at IS NOT NULL", (moment,))
    return on[:7]


def close_month(window, month):
    return window.clinic.run(window.clinic.actor("manager"), lambda uow: services.close_month(uow, month))


@pytest.mark.rule("FE-18")
def test_a_month_with_the_17th_of_one_cashier_not_closed_is_refused_by_name(window):
    window.pay(window.visit())
    month = in_march(window)
    with pytest.raises(Refused) as refused:
        close_month(window, month)
    assert refused.value.code == "charging.month_has_open_shift"
    assert (refused.value.facts["who"], refused.value.facts["day"]) == ("赵晓梅", f"{month}-17")


@pytest.mark.rule("FE-18")
def test_a_month_is_closed_once_all_is_handed_in_then_locked_and_reopened_by_two_roles(window):
    window.pay(window.visit())
    closed = window.close()
    month = in_march(window)
    with pytest.raises(Refused) as refused:
        close_month(window, month)
    assert refused.value.code == "charging.month_not_handed_in"
    hand_in(window, closed)
    assert close_month(window, month)["income_fen"] == 1000
    with pytest.raises(Stale):
        close_month(window, month)
    manager, administrator = window.clinic.actor("manager"), window.clinic.actor("administrator")
    with pytest.raises(Stale):
        window.clinic.run(administrator, lambda uow: services.reopen_month(uow, month))
    window.clinic.run(manager, lambda uow: services.ask_to_reopen(uow, month, "漏了一笔"))
    with pytest.raises(Refused) as refused:
        window.clinic.run(manager, lambda uow: services.reopen_month(uow, month))
    assert refused.value.code == "charging.own_request"
    window.clinic.run(administrator, lambda uow: services.reopen_month(uow, month))
    assert queries.month_close(month) is None
    assert close_month(window, month)["income_fen"] == 1000


@pytest.mark.rule("FE-18")
def test_a_month_that_is_not_over_stays_open(window):
    window.pay(window.visit())
    hand_in(window, window.close())
    with pytest.raises(Refused) as refused:
        close_month(window, f"{today():%Y-%m}")
    assert refused.value.code == "charging.month_not_over"


@pytest.mark.rule("FE-18")
def test_the_table_itself_takes_no_entry_of_a_closed_month(window):
    window.pay(window.visit())
    window.clinic.raw(
        "INSERT INTO month_close(month, income_fen, cash_fen, noncash_fen, receivable_fen, closed_by, closed_at)"
        " VALUES('2026-01', 0, 0, 0, 0, ?, 1)", (window.cashier.person_id,),
    )  # fmt: skip
    entry = (
        "INSERT INTO voucher(kind, bill_id, shift_id, at, posted_on) SELECT 'settlement', bill_id, shift_id, at, ?"
        " FROM voucher LIMIT 1"
    )
    with pytest.raises(Exception, match="closed month"):
        window.clinic.raw(entry, ("2026-01-31",))
    window.clinic.raw(entry, ("2026-02-01",))


def test_money_of_a_closed_month_is_refused_in_a_sentence_when_the_clock_went_back(window):
    window.pay(window.visit())
    hand_in(window, window.close())
    window.clinic.raw(
        "INSERT INTO month_close(month, income_fen, cash_fen, noncash_fen, receivable_fen, closed_by, closed_at)"
        " VALUES(?, 1000, 1000, 0, 0, ?, 1)", (f"{today():%Y-%m}", window.cashier.person_id),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        window.pay(window.visit("张兰英"))
    assert refused.value.code == "charging.month_is_closed"


def test_the_close_that_raced_against_a_payment_tells_the_later_one(window):
    window.pay(window.visit())
    shift = queries.open_shift(window.cashier.person_id)
    seen = queries.shift_sums(shift.id).mark
    window.pay(window.visit("张兰英"))
    with pytest.raises(Stale) as stale:
        window.close(1000, shift_id=shift.id, sums_seen=seen)
    assert stale.value.code == "charging.shift_changed"
    window.close(2000, shift_id=shift.id)
    assert window.pay(window.visit("吴小宝"))["receipt_no"].endswith("000003")
    assert queries.open_shift(window.cashier.person_id).id != shift.id
