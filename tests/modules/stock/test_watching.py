"""Alarms, what to buy, damage by two persons, price changes, months, reservations that lapse (PH-06 to PH-12)."""

from datetime import date, timedelta
from typing import Any

import pytest

from clinic_app.kernel import db, invariants, maintenance, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.invariants import INVARIANTS
from clinic_app.modules.stock.rules.limits import (
    ExpiryLimits,
    batch_amount,
    expiry_colour,
    price_difference,
    price_of_cost,
    suggestion,
)
from clinic_app.modules.stock.rules.months import Movement, month_of
from tests.conftest import Clinic

LIMITS = ExpiryLimits(180, 90, 30)


def broken() -> dict[str, list[tuple[str, str]]]:
    mine = {one.id for one in INVARIANTS}
    return {one.id: one.violations for one in invariants.results() if one.id in mine and not one.holds}


def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def drug(code: str) -> dictionaries.Drug:
    found = dictionaries.drug_by_code(code)
    assert found is not None
    return found


@pytest.mark.rule("PH-06")
@pytest.mark.parametrize(("days", "colour"), [
    (117, "yellow"), (180, "yellow"), (181, None), (90, "orange"), (91, "yellow"), (30, "red"), (31, "orange"),
    (-1, "red"),
])  # fmt: skip
def test_the_colour_of_a_batch_near_its_expiry(days: int, colour: str | None) -> None:
    assert expiry_colour(days, LIMITS) == colour


@pytest.mark.rule("PH-06")
def test_the_thirtieth_of_june_is_117_days_from_the_fifth_of_march() -> None:
    assert expiry_colour((date(2024, 6, 30) - date(2024, 3, 5)).days, LIMITS) == "yellow"


@pytest.mark.rule("PH-06")
def test_the_thirtieth_of_june_is_yellow_by_the_parameters(clinic: Clinic) -> None:
    clinic.drop_triggers("batch")
    clinic.raw("UPDATE batch SET expires_on = '2024-06-30' WHERE drug_id = ?", (drug("D0001").id,))
    found = [one for one in queries.alarms(date(2024, 3, 5)) if one.drug_id == drug("D0001").id and one.kind == "near"]
    assert {(one.days, one.colour) for one in found} == {(117, "yellow")}


@pytest.mark.rule("PH-07")
@pytest.mark.parametrize(("on_hand", "on_order", "pack", "buy"), [
    (22, 0, 1, 78), (22, 40, 1, 0), (29, 0, 1, 71), (30, 0, 1, 0), (22, 0, 10, 80), (22, 7, 1, 71), (22, 8, 1, 0),
])  # fmt: skip
def test_what_is_suggested_to_buy(on_hand: int, on_order: int, pack: int, buy: int) -> None:
    assert suggestion(30, 100, on_hand, on_order, pack) == buy


@pytest.mark.rule("PH-09")
def test_twelve_first_expiry_first_out_at_batch_cost_come_to_61_20() -> None:
    assert batch_amount([(10, 50_000), (2, 56_000)], 1) == 6120


@pytest.mark.rule("PH-09")
@pytest.mark.parametrize(("cost", "now", "marked_up", "price"), [
    (56_000, 50_000, False, 56_000), (50_000, 50_000, False, None), (56_000, 50_000, True, None),
    (0, 50_000, False, None), (56_000, None, False, 56_000),
])  # fmt: skip
def test_the_price_is_the_cost_where_nothing_is_put_on_top(
    cost: int, now: int | None, marked_up: bool, price: int | None
) -> None:
    assert price_of_cost(cost, now, is_marked_up=marked_up) == price


@pytest.mark.rule("PH-09")
def test_a_delivery_changes_the_price_from_tomorrow_where_the_clinic_sells_at_cost(clinic: Clinic) -> None:
    one, herb, keep = drug("D0011"), drug("H0001"), clinic.actor("pharmacist")
    tomorrow = today() + timedelta(days=1)

    def receive(batch_no: str, cost_e4: int) -> int:
        expires_on = today() + timedelta(days=400)
        goods = [services.GoodsLine(item.id, batch_no, expires_on, item.pack_size, cost_e4) for item in (one, herb)]
        place = queries.pharmacy_place().id
        made = clinic.run(keep, lambda uow: services.receive_goods(
            uow, place_id=place, supplier="县药材公司", document_no="", lines=goods))  # fmt: skip
        return int(made["prices"])

    before = [dictionaries.price_on(item.id, today()) for item in (one, herb)]
    assert receive("A1", 56_000) == 0 and dictionaries.price_on(one.id, tomorrow) == before[0]

    def sell_at_cost(uow: Any) -> None:
        parameters.change(uow, "stock.price_follows_cost", True, uow.on, "零差率")
        uow.audit("test.change")

    clinic.run(clinic.actor("administrator"), sell_at_cost)
    assert (receive("A2", 56_000), receive("A3", 56_000), receive("A4", 50_000)) == (1, 0, 1)
    assert [dictionaries.price_on(item.id, today()) for item in (one, herb)] == before
    assert [dictionaries.price_on(item.id, tomorrow) for item in (one, herb)] == [50_000, before[1]]


@pytest.mark.rule("PH-10")
def test_133_pieces_from_1_25_to_1_20_lose_6_65() -> None:
    assert price_difference(133, 12_500, 12_000, 1) == -665


@pytest.mark.rule("PH-12")
def test_a_month_adds_up_in_quantity_and_value() -> None:
    moved = [Movement("goods_in", 200, 12_500), Movement("dispense", -185, 12_500), Movement("damage", -3, 12_500),
             Movement("stocktake", 1, 12_500)]  # fmt: skip
    month = month_of(120, 12_500, moved, 12_000, 1)
    assert (month.opening, month.came_in, month.went_out, month.stocktake, month.closing) == (120, 200, 188, 1, 133)
    assert month.price_fen == -665 and month.closing_fen == 15_960
    assert month.opening_fen + month.in_fen - month.out_fen + month.stocktake_fen + month.price_fen == 15_960


@pytest.mark.rule("PH-12")
def test_values_add_up_to_the_fen_whatever_the_pack(clinic: Clinic) -> None:
    moved = [Movement("dispense", -1, 18_700)] * 17
    month = month_of(24, 18_700, moved, 18_700, 24)
    assert month.closing_fen == month.opening_fen - month.out_fen and month.closing == 7


@pytest.mark.rule("PH-06")
def test_the_list_names_what_is_near_low_high_and_still(clinic: Clinic) -> None:
    low, high = drug("D0001"), drug("D0011")
    keep = clinic.actor("pharmacist")
    there = queries.available(low.id, today())
    clinic.run(keep, lambda uow: services.set_limits(uow, low.id, there + 1, there + 2 * low.pack_size))
    clinic.run(keep, lambda uow: services.set_limits(uow, high.id, 0, 1))
    found = {(one.kind, one.drug_id): one for one in queries.alarms(today())}
    assert found["low", low.id].buy == 2 * low.pack_size and found["high", high.id].limit == 1
    assert found["near", drug("D0002").id].colour == "orange" and found["near", drug("D0003").id].colour == "red"
    later = today() + timedelta(days=90)
    assert ("still", low.id) in {(one.kind, one.drug_id) for one in queries.alarms(later)}
    assert ("still", low.id) not in {(one.kind, one.drug_id) for one in queries.alarms(later - timedelta(days=1))}
    assert code_of(lambda: clinic.run(keep, lambda uow: services.set_limits(uow, low.id, 2, 1))) == (
        "stock.limits_wrong"
    )


@pytest.mark.rule("PH-02")
def test_damage_leaves_the_stock_when_another_person_approves_it(clinic: Clinic) -> None:
    batch = queries.batches_of(drug("D0003").id)[0]
    keep, manager = clinic.actor("pharmacist"), clinic.actor("manager")
    line = (batch.id, batch.place_id, 10)
    too_much = (batch.id, batch.place_id, batch.on_hand + 1)
    submit = lambda one: clinic.run(keep, lambda uow: services.submit_damage(uow, "过期", [one]))  # noqa: E731
    assert code_of(lambda: submit(too_much)) == "stock.damage_too_much"
    damage_id = bytes.fromhex(submit(line)["damage_id"])
    assert queries.batches_of(drug("D0003").id)[0].on_hand == batch.on_hand
    assert code_of(lambda: clinic.run(keep, lambda uow: services.approve_damage(uow, damage_id))) == "stock.damage_own"
    clinic.run(manager, lambda uow: services.approve_damage(uow, damage_id))
    assert queries.batches_of(drug("D0003").id)[0].on_hand == batch.on_hand - 10
    late = lambda: clinic.run(manager, lambda uow: services.approve_damage(uow, damage_id))  # noqa: E731
    assert code_of(late) == "stock.damage_decided"
    assert broken() == {}
    clinic.drop_triggers("damage_line")
    clinic.raw("UPDATE damage_line SET quantity = 11")
    assert broken()["S1-damage"][0][1] == "lines 11, moves 10"


@pytest.mark.rule("PH-10")
def test_a_price_that_takes_effect_revalues_every_place_once(clinic: Clinic) -> None:
    one = drug("D0011")
    there = sum(batch.on_hand for batch in queries.batches_of(one.id))
    old = dictionaries.price_on(one.id, today())
    assert old is not None
    tomorrow = today() + timedelta(days=1)
    admin = clinic.actor("administrator")
    clinic.run(
        admin, lambda uow: dictionary_services.set_price(uow, "drug", one.id, old - 500, tomorrow, "集采")
    )
    post = lambda: clinic.run(clinic.actor("manager"), services.post_price_changes)  # noqa: E731
    assert post()["posted"] == 0
    clinic.drop_triggers("price")
    clinic.raw("UPDATE price SET valid_from = ?1 WHERE valid_from = ?2", (today().isoformat(), tomorrow.isoformat()))
    clinic.raw(
        "UPDATE price SET valid_from = '2020-01-01', valid_to = date(?1, '-1 day') WHERE item_id = ?2"
        " AND valid_to IS NOT NULL",
        (today().isoformat(), one.id),
    )
    assert post()["posted"] == 0, "nothing lay there before the goods of today"
    clinic.drop_triggers("stock_move")
    clinic.raw("UPDATE stock_move SET moved_on = date(moved_on, '-1 day')")
    fen = price_difference(there, old, old - 500, one.pack_size)
    assert post() == {"posted": 1, "difference_fen": fen} and fen < 0
    assert post()["posted"] == 0 and broken() == {}
    clinic.drop_triggers("price_change")
    clinic.raw("UPDATE price_change SET quantity = 5")
    assert broken()["S1-price"][0][1] == f"stock 5, moves {there}"
    clinic.raw("UPDATE price_change SET quantity = ?, difference_fen = difference_fen + 1", (there,))
    assert broken()["S1-price"][0][1] == f"difference {fen + 1} fen, stock times prices {fen}"


@pytest.mark.rule("PH-12")
def test_a_closed_month_takes_no_movement_and_keeps_its_balances(clinic: Clinic) -> None:
    manager, this = clinic.actor("manager"), f"{today():%Y-%m}"
    assert code_of(lambda: clinic.run(manager, lambda uow: services.close_month(uow, this))) == "stock.month_not_over"
    last = f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"
    clinic.drop_triggers("stock_move")
    clinic.raw("UPDATE stock_move SET moved_on = ?", (f"{last}-15",))
    expected = {one.drug_id: one.month.closing for one in queries.worked_out(queries.pharmacy_place().id, last)}
    clinic.run(manager, lambda uow: services.close_month(uow, last))
    accounts = queries.month_accounts(queries.pharmacy_place().id, last)
    assert {one.drug_id: one.month.closing for one in accounts} == expected
    assert code_of(lambda: clinic.run(manager, lambda uow: services.close_month(uow, last))) == "stock.month_closed"
    assert broken() == {}
    clinic.drop_triggers("stock_month_balance")
    clinic.raw("UPDATE stock_month_balance SET closing = closing + 1, came_in = came_in + 1 WHERE closing ="
               " (SELECT max(closing) FROM stock_month_balance)")  # fmt: skip
    assert broken()["S1-months"][0][0].startswith(f"month {last}")


@pytest.mark.rule("PH-12")
def test_the_database_refuses_a_movement_into_a_closed_month(clinic: Clinic) -> None:
    clinic.raw("INSERT INTO stock_month(month, closed_by, closed_at) VALUES('2999-01', x'00', 1)")
    batch = queries.batches_of(drug("D0003").id)[0]
    with pytest.raises(Exception, match="closed month"):
        clinic.raw(
            "INSERT INTO stock_move(kind, batch_id, from_place_id, to_place_id, quantity, document_id, at, moved_on)"
            " VALUES('x', ?, ?, (SELECT id FROM place WHERE code = 'scrapped'), 1, x'00', 1, '2999-01-31')",
            (batch.id, batch.place_id),
        )


@pytest.mark.rule("PH-08")
def test_the_hourly_work_ends_old_reservations_by_itself(clinic: Clinic) -> None:
    one = drug("D0001")
    clinic.run(
        clinic.actor("cashier"), lambda uow: services.reserve(uow, source_id=bytes(16), lines=[(7, one.id, 3)])
    )
    maintenance.do_hourly()
    assert db.value("SELECT state FROM reservation") == "live"
    clinic.drop_triggers("reservation")
    clinic.raw("UPDATE reservation SET made_at = made_at - 24 * 3600000 - 1")
    maintenance.do_hourly()
    assert db.value("SELECT state FROM reservation") == "lapsed"
    assert broken() == {}


@pytest.mark.rule("PH-19")
def test_two_who_freeze_one_batch_leave_it_frozen(clinic: Clinic, browser_as: Any) -> None:
    """Both saw it unfrozen; the second is told, and the batch does not go out again."""
    batch = queries.batches_of(drug("D0011").id)[0]
    first, second = browser_as("pharmacist"), browser_as("pharmacist", 1)
    path = f"/stock/batches/{batch.id.hex()}/freeze"
    assert first.post(path, data={"reason": "召回"}).status_code == 303
    assert second.post(path, data={"reason": "召回"}).status_code == 409
    assert queries.batch(batch.id).is_frozen
    assert first.post(path.replace("/freeze", "/unfreeze"), data={"reason": "复检合格"}).status_code == 303
    assert not queries.batch(batch.id).is_frozen


@pytest.mark.rule("PH-12")
def test_a_month_is_closed_after_the_one_before_it(clinic: Clinic) -> None:
    manager, last = clinic.actor("manager"), today().replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    clinic.drop_triggers("stock_move")
    clinic.raw("UPDATE stock_move SET moved_on = ?", (f"{before:%Y-%m}-15",))
    close = lambda month: clinic.run(manager, lambda uow: services.close_month(uow, month))  # noqa: E731
    assert code_of(lambda: close(f"{last:%Y-%m}")) == "stock.month_before_open"
    close(f"{before:%Y-%m}")
    close(f"{last:%Y-%m}")
    assert broken() == {}
    clinic.drop_triggers("stock_month_balance")
    clinic.raw("UPDATE stock_month_balance SET opening = opening + 1, came_in = came_in - 1 WHERE month = ?",
               (f"{last:%Y-%m}",))  # fmt: skip
    assert broken()["S1-months"][0][1].startswith("opening ")


@pytest.mark.rule("PH-12")
@pytest.mark.parametrize("month", ["2020-13", "2020-00", "2026--1", "20_6-01", "2020-1", "２０20-01", ""])
def test_what_is_no_month_is_told_and_closes_nothing(clinic: Clinic, month: str) -> None:
    with pytest.raises(Missing) as refused:
        clinic.run(clinic.actor("manager"), lambda uow: services.close_month(uow, month))
    assert refused.value.code == "stock.no_such_month" and db.value("SELECT count(*) FROM stock_month") == 0
