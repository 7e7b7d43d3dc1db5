"""Prices are dated rows: a new one closes the old one, and no row is ever edited."""

from datetime import timedelta

import apsw
import pytest

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.dictionaries import queries, services


@pytest.fixture
def drug(clinic):
    return queries.drug_by_code("D0001")


@pytest.fixture
def change(clinic, drug):
    def set_price(price_e4, days_ahead=0, item_id=drug.id):
        day = clock.today() + timedelta(days=days_ahead)
        return clinic.run(
            clinic.actor("administrator"),
            lambda uow: services.set_price(uow, "drug", item_id, price_e4, day, "通知 1 号"),
        )

    return set_price


@pytest.mark.rule("FE-03")
def test_the_price_of_the_day_counts(change, drug):
    today = clock.today()
    change(48_000, days_ahead=5)
    assert queries.price_on(drug.id, today + timedelta(days=4)) == 187_000
    assert queries.price_on(drug.id, today + timedelta(days=5)) == 48_000
    assert queries.price_on(drug.id, today - timedelta(days=1)) is None
    assert queries.prices_on([drug.id, bytes(16)], today) == {drug.id: 187_000}


def test_a_price_changed_again_the_same_day_leaves_the_replaced_one_readable(change, drug):
    change(50_000)
    change(60_000)
    assert queries.price_on(drug.id, clock.today()) == 60_000
    newest, replaced, first = queries.prices_of(drug.id)
    assert (newest.was_replaced, replaced.was_replaced, first.was_replaced) == (False, True, True)


@pytest.mark.parametrize(
    ("price_e4", "days_ahead", "code"),
    [(48_000, -1, "dictionaries.price_in_past"), (187_000, 0, "dictionaries.price_same")],
)
def test_refuses_a_price_for_a_past_day_or_without_a_change(change, drug, price_e4, days_ahead, code):
    with pytest.raises(Refused) as refused:
        change(price_e4, days_ahead)
    assert refused.value.code == code
    assert len(queries.prices_of(drug.id)) == 1


def test_refuses_a_price_that_begins_before_one_already_planned(change, drug):
    change(48_000, days_ahead=10)
    with pytest.raises(Refused) as refused:
        change(47_000, days_ahead=5)
    assert refused.value.code == "dictionaries.price_later_exists"


def test_knows_no_item_by_another_id_or_of_another_kind(clinic, change, drug):
    with pytest.raises(Missing):
        change(1, item_id=bytes(16))
    with pytest.raises(Missing):
        clinic.run(
            clinic.actor("administrator"),
            lambda uow: services.set_price(uow, "service", drug.id, 1, clock.today(), "x"),
        )


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM price",
        "UPDATE price SET price_e4 = 1",
        "UPDATE price SET valid_from = '2000-01-01'",
        "UPDATE price SET item_kind = 'service'",
    ],
)
def test_the_database_refuses_to_edit_or_remove_a_price(clinic, sql):
    with pytest.raises(apsw.ConstraintError):
        clinic.raw(sql)


def test_a_closed_price_stays_closed(clinic, change, drug):
    change(48_000, days_ahead=5)
    with pytest.raises(apsw.ConstraintError):
        clinic.raw("UPDATE price SET valid_to = '2999-01-01' WHERE valid_to IS NOT NULL")


def test_a_price_change_is_an_event_and_in_the_audit_trail(change, drug):
    change(48_000)
    assert db.value("SELECT event FROM outbox ORDER BY seq DESC LIMIT 1") == "dictionaries.price_set"
    assert db.value("SELECT action FROM audit ORDER BY seq DESC LIMIT 1") == "dictionaries.set_price"


@pytest.fixture
def propose(clinic, drug):
    def ask(price_e4, days_ahead=0, who="manager"):
        day = clock.today() + timedelta(days=days_ahead)
        command = lambda uow: services.propose_price(uow, "drug", drug.id, price_e4, day, "通知 2 号")  # noqa: E731
        return bytes.fromhex(clinic.run(clinic.actor(who), command)["proposal_id"])

    return ask


def test_another_price_holds_once_a_second_person_approves_it(clinic, drug, propose):
    proposal = propose(48_000)
    assert queries.price_on(drug.id, clock.today()) == 187_000
    with pytest.raises(Refused) as own:
        clinic.run(clinic.actor("manager"), lambda uow: services.approve_price(uow, proposal))
    assert own.value.code == "dictionaries.price_own"
    clinic.run(clinic.actor("administrator"), lambda uow: services.approve_price(uow, proposal))
    assert queries.price_on(drug.id, clock.today()) == 48_000
    with pytest.raises(Stale):
        clinic.run(clinic.actor("administrator"), lambda uow: services.approve_price(uow, proposal))


def test_a_rejected_price_never_holds_and_another_may_be_asked_for(clinic, drug, propose):
    proposal = propose(48_000)
    with pytest.raises(Refused) as waiting:
        propose(49_000)
    assert waiting.value.code == "dictionaries.price_waiting"
    clinic.run(clinic.actor("manager"), lambda uow: services.reject_price(uow, proposal))
    assert queries.price_on(drug.id, clock.today()) == 187_000
    assert propose(49_000) != proposal


def test_a_price_approved_after_its_day_holds_from_the_day_of_approval(clinic, drug, propose):
    proposal = propose(48_000)
    clinic.drop_triggers("price_proposal")
    clinic.raw("UPDATE price_proposal SET valid_from = '2026-01-01'")
    clinic.run(clinic.actor("administrator"), lambda uow: services.approve_price(uow, proposal))
    assert queries.prices_of(drug.id)[0].valid_from == clock.today().isoformat()


def test_nobody_approves_the_own_price_not_even_in_the_database(clinic, drug, propose):
    propose(48_000)
    with pytest.raises(apsw.ConstraintError):
        clinic.raw("UPDATE price_proposal SET is_approved = 1, decided_by = proposed_by, decided_at = 1")
    with pytest.raises(apsw.ConstraintError):
        clinic.raw("DELETE FROM price_proposal")
