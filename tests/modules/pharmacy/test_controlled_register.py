"""The register of narcotics and psychotropics I: two persons, balance by batch, empties, counts (PH-16)."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.clock import today
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.stock import queries as stock
from tests.conftest import Clinic
from tests.modules.pharmacy.window import (
    bring_back,
    code_of,
    give,
    lines,
    make_controlled,
    paid,
    prepare,
    second_pharmacist,
)
from tests.visit import receive_goods

AMPOULES = "D0033"


@pytest.fixture
def sheet(clinic: Clinic) -> queries.Sheet:
    """A paid sheet of ampoules of a drug that is controlled from now on."""
    made = paid(clinic, AMPOULES)
    make_controlled(clinic, AMPOULES)
    return made


def hand_out(clinic: Clinic, sheet: queries.Sheet) -> None:
    prepare(clinic, sheet, second_pharmacist(clinic))
    give(clinic, sheet)


def check_all() -> None:
    assert [one.id for one in invariants.results() if not one.holds] == []


@pytest.mark.rule("PH-16")
def test_a_controlled_drug_needs_two_persons_and_stands_in_the_register_at_once(
    clinic: Clinic, sheet: queries.Sheet
) -> None:
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.not_prepared"
    hand_out(clinic, sheet)
    line = lines(sheet)[0]
    out, opening = queries.entries()[:2]
    assert (out.kind, out.quantity, out.patient, out.first, out.second) == (
        "dispense", -line.ordered, "赵春生", "丁小兰", "周敏",
    )  # fmt: skip
    assert opening.kind == "opening" and out.balance == stock.units_of_batch(line.batches[0].batch_id)
    check_all()


@pytest.mark.rule("PH-16")
def test_a_delivery_is_entered_and_countersigned_by_another(clinic: Clinic) -> None:
    make_controlled(clinic, AMPOULES)
    receive_goods(clinic, (AMPOULES,), "N1")
    entry = queries.entries()[0]
    assert (entry.kind, entry.first, entry.second) == ("goods_in", "周敏", None)
    mine = lambda: clinic.run(clinic.actor("pharmacist"), lambda uow: services.countersign(uow, entry.id))  # noqa: E731
    assert code_of(mine) == "pharmacy.other_person"
    other = clinic.actor("pharmacist", 1)
    clinic.run(other, lambda uow: services.countersign(uow, entry.id))
    assert queries.entries()[0].second == "丁小兰"
    assert code_of(lambda: clinic.run(other, lambda uow: services.countersign(uow, entry.id))) == (
        "pharmacy.signed_meanwhile"
    )
    check_all()


@pytest.mark.rule("PH-16")
def test_of_three_ampoules_with_two_empties_back_one_stays_open(clinic: Clinic, sheet: queries.Sheet) -> None:
    clinic.raw("UPDATE drug SET min_unit = '支' WHERE code = ?", (AMPOULES,))
    hand_out(clinic, sheet)
    clinic.drop_triggers("controlled_entry")
    clinic.raw("UPDATE controlled_entry SET quantity = -3 WHERE kind = 'dispense'")
    line_id = lines(sheet)[0].id
    take = lambda count: clinic.run(  # noqa: E731
        clinic.actor("pharmacist"), lambda uow: services.receive_empties(uow, line_id, count)
    )
    assert code_of(lambda: take(4)) == "pharmacy.empties_count"
    assert take(2) == {"open": 1}
    assert [(one.issued, one.back, one.open) for one in queries.open_empties()] == [(3, 2, 1)]
    waiting = queries.unchecked_empties()[0]
    mine = lambda: clinic.run(clinic.actor("pharmacist"), lambda uow: services.check_empties(uow, waiting.id))  # noqa: E731
    assert code_of(mine) == "pharmacy.other_person"
    clinic.run(clinic.actor("pharmacist", 1), lambda uow: services.check_empties(uow, waiting.id))
    assert queries.unchecked_empties() == []


@pytest.mark.rule("PH-16")
def test_the_count_of_the_day_stands_beside_the_book_and_a_second_person_checks_it(
    clinic: Clinic, sheet: queries.Sheet
) -> None:
    hand_out(clinic, sheet)
    drug = dictionaries.drug_by_code(AMPOULES)
    assert drug is not None
    one = next(found for found in queries.balances(today()) if found.drug_id == drug.id)
    count = lambda units: clinic.run(  # noqa: E731
        clinic.actor("pharmacist"), lambda uow: services.count_controlled(uow, {one.batch_id: units})
    )
    assert count(one.balance - 1) == {"counted": 1, "different": 1}
    assert count(one.balance) == {"counted": 1, "different": 0}
    counted = next(found for found in queries.balances(today()) if found.drug_id == drug.id)
    assert (counted.balance, counted.counted, counted.checked_by) == (one.balance, one.balance, None)
    count_id = counted.count_id
    assert count_id is not None
    clinic.run(clinic.actor("pharmacist", 1), lambda uow: services.check_count(uow, count_id))
    checked = next(found for found in queries.balances(today()) if found.drug_id == drug.id)
    assert checked.checked_by == "丁小兰"


@pytest.mark.rule("PH-16")
def test_a_returned_controlled_drug_is_entered_and_never_sold_again(clinic: Clinic, sheet: queries.Sheet) -> None:
    hand_out(clinic, sheet)
    bring_back(clinic, sheet, 1)
    assert queries.returns_of(sheet.id)[0].outcome == "damaged"
    assert (queries.entries()[0].kind, queries.entries()[0].quantity) == ("return", 1)
    check_all()


def test_an_entry_is_never_changed_or_removed(clinic: Clinic, sheet: queries.Sheet) -> None:
    hand_out(clinic, sheet)
    for damage in ("UPDATE controlled_entry SET balance = 0", "DELETE FROM controlled_entry"):
        with pytest.raises(Exception, match="register"):
            clinic.raw(damage)
    assert db.value("SELECT count(*) FROM controlled_entry WHERE kind = 'dispense'") == 1


@pytest.mark.rule("PH-16")
def test_a_batch_on_two_lines_of_a_delivery_is_entered_as_what_came(clinic: Clinic) -> None:
    make_controlled(clinic, AMPOULES)
    receive_goods(clinic, (AMPOULES, AMPOULES), "N2", packs=20)
    drug = dictionaries.drug_by_code(AMPOULES)
    assert drug is not None
    batch = next(one for one in stock.batches_of(drug.id) if one.batch_no == "N2")
    assert queries.balance_of(batch.id) == batch.on_hand
    assert [one.kind for one in queries.entries()[:2]] == ["goods_in", "goods_in"]
    check_all()


@pytest.mark.rule("PH-16")
def test_empties_come_back_however_many_others_are_out(
    clinic: Clinic, sheet: queries.Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.raw("UPDATE drug SET min_unit = '支' WHERE code = ?", (AMPOULES,))
    hand_out(clinic, sheet)
    monkeypatch.setattr("clinic_app.modules.pharmacy.services.controlled.queries.open_empties", lambda: [])
    line = lines(sheet)[0]
    done = clinic.run(clinic.actor("pharmacist"), lambda uow: services.receive_empties(uow, line.id, 1))
    assert done["open"] == line.ordered - 1
