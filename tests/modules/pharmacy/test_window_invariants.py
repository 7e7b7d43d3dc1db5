"""Owed, held, returned, registered and traced drugs: each statement holds after real work and names what breaks it."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.pharmacy.invariants import INVARIANTS
from tests.conftest import Clinic
from tests.modules.pharmacy.window import (
    bring_back,
    give,
    lines,
    make_controlled,
    paid,
    prepare,
    refund,
    second_pharmacist,
)

CODE = "81234560000000000017"


def broken() -> dict[str, list[tuple[str, str]]]:
    mine = {one.id for one in INVARIANTS}
    return {one.id: one.violations for one in invariants.results() if one.id in mine and not one.holds}


@pytest.fixture
def returned(clinic: Clinic) -> queries.Sheet:
    """Eighteen capsules with a trace code handed out, six came back and were refunded."""
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    give(clinic, sheet, traces=[f"{line.id.hex()}:{CODE}"])
    bring_back(clinic, sheet, 6, traces=[CODE])
    refund(clinic, sheet, line, 6)
    assert broken() == {}
    for table in ("drug_return_line", "refunded_line", "trace_sale", "trace_release", "stock_move", "reservation"):
        clinic.drop_triggers(table)
    return sheet


def test_more_refunded_than_was_left_is_named(clinic: Clinic, returned: queries.Sheet) -> None:
    clinic.raw("UPDATE refunded_line SET quantity = 10, from_returned = 6")
    found = broken()
    assert found["S3"][0][1] == "refunded without return 4, paid less dispensed 0"
    assert found["S3-refunds"][0][1] == "cashier refunded 6, pharmacy knows 10"


@pytest.mark.rule("PH-08")
def test_a_reservation_that_is_gone_or_too_many_is_named(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    assert broken() == {}
    clinic.drop_triggers("reservation")
    clinic.raw("UPDATE reservation SET quantity = 17")
    assert broken()["S3-held"][0][1] == "paid and not dispensed 18, reserved 17"
    clinic.raw("UPDATE reservation SET quantity = 19")
    assert broken()["S3-held"][0][1] == "paid and not dispensed 18, reserved 19"
    assert sheet.paid is not None


def test_more_returned_than_dispensed_is_named(clinic: Clinic, returned: queries.Sheet) -> None:
    clinic.raw("UPDATE drug_return_line SET quantity = 19")
    found = broken()
    assert found["S4"][0][1] == "returned 19, dispensed 18"
    assert found["S4-moves"][0][1] == "accepted 19, stock moves 6"


def test_a_refund_without_its_return_is_named(clinic: Clinic, returned: queries.Sheet) -> None:
    clinic.raw("UPDATE drug_return_line SET outcome = 'refused'")
    assert broken()["S4-refunded"][0][1] == "refunded as returned 6, accepted 0"


@pytest.mark.rule("NS-07")
def test_a_trace_code_sold_for_more_than_its_pack_is_named(clinic: Clinic, returned: queries.Sheet) -> None:
    clinic.raw("UPDATE trace_sale SET quantity = 31")
    assert broken()["S6"] == [(f"code {CODE}", "sold 25, pack 24")]
    clinic.raw("UPDATE trace_sale SET quantity = 5")
    assert broken()["S6"] == [(f"code {CODE}", "released more than sold")]


@pytest.fixture
def registered(clinic: Clinic) -> queries.Sheet:
    """Three ampoules of a controlled drug handed out by two persons, one empty back."""
    sheet = paid(clinic, "D0033")
    make_controlled(clinic, "D0033")
    other = second_pharmacist(clinic)
    prepare(clinic, sheet, other)
    give(clinic, sheet)
    clinic.run(other, lambda uow: services.receive_empties(uow, lines(sheet)[0].id, 1))
    assert broken() == {}
    for table in ("controlled_entry", "empty_container"):
        clinic.drop_triggers(table)
    return sheet


@pytest.mark.rule("PH-16")
def test_a_register_that_differs_from_the_stock_is_named(clinic: Clinic, registered: queries.Sheet) -> None:
    last = db.value("SELECT max(id) FROM controlled_entry")
    clinic.raw("UPDATE controlled_entry SET balance = balance + 1 WHERE id = ?", (last,))
    found = broken()
    assert found["S5"][0][0].startswith("batch ") and found["S5-sums"][0][0] == f"entry {last}"


@pytest.mark.rule("PH-16")
def test_more_empties_than_ampoules_are_named(clinic: Clinic, registered: queries.Sheet) -> None:
    clinic.raw("UPDATE empty_container SET quantity = 99")
    assert broken()["S5-empties"][0][1].startswith("empties 99, issued ")
