"""Each invariant of the stock is broken behind the product's back and named."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.modules.stock import queries


def broken() -> dict[str, list[tuple[str, str]]]:
    found = {result.id: result.violations for result in invariants.results() if not result.holds}
    return {name: violations for name, violations in found.items() if name.startswith("S1")}


@pytest.fixture
def booked(store):
    """Stock with a movement in, one out, and something still held."""
    store.receive(("A1", 400, 10))
    store.consume(store.reserve(3))
    store.reserve(2)
    assert broken() == {}
    return store


def break_by(store, sql: str, *tables: str) -> None:
    for table in tables:
        store.clinic.drop_triggers(table)
    with db.write_transaction() as conn:
        conn.pragma("ignore_check_constraints", 1)
        try:
            conn.execute(sql)
        finally:
            conn.pragma("ignore_check_constraints", 0)


def name_of(store) -> str:
    return f"batch {store.batch('A1').id.hex().upper()}"


def test_s1_names_a_movement_that_was_changed(booked):
    break_by(booked, "UPDATE stock_move SET quantity = 9 WHERE quantity = 10 AND kind = 'goods_in'", "stock_move")
    named = broken()["S1"]
    place = queries.pharmacy_place().id.hex().upper()
    assert (f"{name_of(booked)} at {place}", "balance 7, moves 6") in named


def test_s1_names_a_movement_that_has_no_balance(booked):
    break_by(booked, "DELETE FROM stock_balance WHERE on_hand = 7")
    assert [why for _, why in broken()["S1"]] == ["moves 7, no balance"]


def test_s1_two_sided_names_stock_from_nowhere(booked):
    break_by(booked, "UPDATE stock_balance SET on_hand = 8 WHERE on_hand = 7 AND is_external = 0")
    named = broken()
    assert named["S1-two-sided"] == [(name_of(booked), "all places add up to 1")]
    assert "S1" in named


def test_s1_reserved_names_a_reservation_that_vanished(booked):
    break_by(booked, "UPDATE reservation SET state = 'released', ended_at = 1 WHERE state = 'live'", "reservation")
    assert broken() == {"S1-reserved": [(name_of(booked), "reserved 2, reservations 0")]}


def test_s1_not_negative_names_more_held_than_there_is(booked):
    break_by(booked, "UPDATE stock_balance SET reserved = 8 WHERE on_hand = 7 AND is_external = 0")
    assert broken()["S1-not-negative"] == [(name_of(booked), "on hand 7, reserved 8")]


def test_s1_goods_in_names_a_line_without_its_movement(booked):
    number = db.value("SELECT max(goods_in_no) FROM goods_in")
    break_by(
        booked,
        "UPDATE goods_in_line SET quantity = 11 WHERE goods_in_id = (SELECT max(id) FROM goods_in)",
        "goods_in_line",
    )
    assert broken() == {"S1-goods-in": [(f"goods-in {number}", "lines and moves differ")]}
