"""Goods-in: every line or none, batches with one expiry, two-sided movements."""

from datetime import timedelta

import apsw
import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.services.moves import SUPPLIER


def test_a_delivery_becomes_batches_and_movements_from_the_supplier(store):
    result = store.receive(("A1", 400, 12), ("A2", 90, 6))
    assert result["goods_in_no"].startswith("XQX01G")
    assert store.available() == 18
    assert [(one.batch_no, one.on_hand, one.reserved) for one in queries.batches_of(store.drug.id)] == [
        ("A2", 6, 0), ("A1", 12, 0),
    ]  # fmt: skip
    outside = db.rows(
        "SELECT on_hand FROM stock_balance WHERE place_id = ? AND batch_id = ?", (SUPPLIER, store.batch("A1").id)
    )
    assert outside == [(-12,)]
    assert queries.goods_in(bytes.fromhex(result["goods_in_id"])).lines == 2


def test_more_of_a_known_batch_joins_it(store):
    store.receive(("A1", 400, 12))
    store.receive(("A1", 400, 6), ("A1", 400, 6))
    assert [one.on_hand for one in queries.batches_of(store.drug.id)] == [24]


def test_numbers_of_deliveries_have_no_gap_even_after_a_refusal(store):
    first = store.receive(("A1", 400, 1))["goods_in_no"]
    with pytest.raises(Invalid):
        store.receive(("", 400, 1))
    second = store.receive(("A2", 400, 1))["goods_in_no"]
    assert int(second[-6:]) == int(first[-6:]) + 1


@pytest.mark.rule("PH-03")
def test_five_lines_of_which_one_lacks_the_batch_are_refused_naming_it_and_stock_stays(store):
    with pytest.raises(Invalid) as refused:
        store.receive(("A1", 400, 1), ("A2", 400, 1), ("", 400, 1), ("A4", 400, 1), ("A5", 400, 1))
    ((key, why),) = refused.value.refusals.items()
    assert (key, why.code, why.facts["line"]) == ("lines-2", "stock.line_without_batch", 3)
    assert store.available() == 0 and queries.batches_of(store.drug.id) == []


@pytest.mark.parametrize(
    ("number", "units", "code"),
    [
        ("A1", 0, "stock.line_quantity"),
        ("A1", -5, "stock.line_quantity"),
        ("A1", 10**9, "stock.line_quantity"),
        ("A\x001", 1, "stock.batch_no_unreadable"),
        ("<script>", 1, "stock.batch_no_unreadable"),
        ("x" * 31, 1, "stock.batch_no_unreadable"),
    ],
)
def test_refuses_a_line_that_makes_no_sense(store, number, units, code):
    with pytest.raises(Invalid) as refused:
        store.receive((number, 400, units))
    assert [one.code for one in refused.value.refusals.values()] == [code]


def test_refuses_another_expiry_for_a_known_batch_within_and_across_deliveries(store):
    with pytest.raises(Invalid):
        store.receive(("A1", 400, 1), ("A1", 401, 1))
    store.receive(("A1", 400, 1))
    with pytest.raises(Invalid) as refused:
        store.receive(("A1", 399, 1))
    assert refused.value.refusals["lines-0"].code == "stock.batch_other_expiry"


def test_refuses_an_unknown_drug_place_supplier_and_an_empty_delivery(store):
    line = services.GoodsLine(new_id(), "A1", store.today + timedelta(days=9), 1, 0)
    good = services.GoodsLine(store.drug.id, "A1", store.today + timedelta(days=9), 1, 0)
    place = queries.pharmacy_place().id

    def receive(place_id, supplier, lines):
        store.run(
            lambda uow: services.receive_goods(uow, place_id=place_id, supplier=supplier, document_no="", lines=lines)
        )

    for place_id, supplier, lines, error in (
        (place, "样例", [line], Invalid), (SUPPLIER, "样例", [good], Missing), (new_id(), "样例", [good], Missing),
        (place, "  ", [good], Refused), (place, "样例", [], Refused), (place, "样例", [good] * 501, Refused),
    ):  # fmt: skip
        with pytest.raises(error):
            receive(place_id, supplier, lines)
    assert store.available() == 0


@pytest.mark.parametrize("table", ["stock_move", "goods_in", "goods_in_line", "reservation", "batch"])
def test_the_database_removes_nothing(store, table):
    store.receive(("A1", 400, 5))
    store.reserve(1)
    with pytest.raises(apsw.ConstraintError):
        store.clinic.raw(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE stock_move SET quantity = quantity + 1",
        "UPDATE goods_in_line SET cost_e4 = 0",
        "UPDATE goods_in SET supplier = 'x'",
        "UPDATE batch SET expires_on = '2999-01-01'",
        "UPDATE reservation SET quantity = 1000",
        "UPDATE stock_balance SET on_hand = -1 WHERE is_external = 0",
        "UPDATE stock_balance SET reserved = on_hand + 1 WHERE is_external = 0",
        "UPDATE stock_balance SET reserved = 1 WHERE is_external = 1",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_booked(store, sql):
    store.receive(("A1", 400, 5))
    store.reserve(1)
    with pytest.raises(apsw.ConstraintError):
        store.clinic.raw(sql)


def test_a_place_code_is_used_once(store):
    store.run(lambda uow: services.add_place(uow, "V1", "村卫生室"))
    assert "V1" in [place.code for place in queries.places()]
    with pytest.raises(Refused) as refused:
        store.run(lambda uow: services.add_place(uow, "V1", "另一处"))
    assert refused.value.code == "stock.place_exists"
