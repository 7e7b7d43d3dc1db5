"""Each invariant of the dictionaries is broken behind the product's back and named."""

from clinic_app.kernel import db, invariants
from clinic_app.modules.dictionaries import queries


def broken() -> dict[str, list[tuple[str, str]]]:
    return {result.id: result.violations for result in invariants.results() if not result.holds}


def test_all_hold_at_first(clinic):
    assert not {"D1", "D2", "D3"} & broken().keys()


def test_d1_names_two_prices_of_one_day(clinic):
    drug = queries.drug_by_code("D0001")
    (price,) = queries.prices_of(drug.id)
    clinic.raw(
        "INSERT INTO price(item_kind, item_id, price_e4, valid_from, source, is_reviewed, recorded_at)"
        " SELECT item_kind, item_id, 1, valid_from, source, is_reviewed, recorded_at FROM price WHERE id = ?",
        (price.id,),
    )
    newest = db.value("SELECT max(id) FROM price")
    assert broken()["D1"] == [(f"price {newest}", f"holds on the same days as price {price.id}")]


def test_d2_names_a_price_without_an_item(clinic):
    clinic.raw(
        "INSERT INTO price(item_kind, item_id, price_e4, valid_from, source, is_reviewed, recorded_at)"
        " VALUES('drug', zeroblob(16), 1, '2026-01-01', 'x', 0, 0)"
    )
    assert broken()["D2"] == [(f"price {db.value('SELECT max(id) FROM price')}", "belongs to no drug")]


def test_d3_names_what_no_search_finds(clinic):
    no = "(SELECT no FROM search_entry WHERE item_id = (SELECT id FROM diagnosis WHERE code = 'J06.900'))"
    clinic.raw(f"DELETE FROM search_word WHERE rowid = {no}")
    assert broken()["D3"] == [("diagnosis J06.900", "no search finds it")]
    clinic.raw("DELETE FROM search_entry WHERE item_id = (SELECT id FROM service_item WHERE code = 'S0001')")
    assert ("service S0001", "no search finds it") in broken()["D3"]
