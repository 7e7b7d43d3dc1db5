"""Payment reserves, dispensing consumes, a void releases; first expiry first out, and never below zero."""

import pytest

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.modules.stock import queries, services


@pytest.mark.rule("PH-05")
def test_takes_the_earliest_expiry_first_and_skips_expired_ones(store):
    store.receive(("LATE", 179, 10), ("SOON", 117, 6), ("GONE", -5, 4))
    assert store.held(store.reserve(12)) == [("SOON", 6), ("LATE", 6)]


@pytest.mark.rule("PH-05")
def test_skips_frozen_batches_until_they_are_let_go(store):
    store.receive(("LATE", 179, 10), ("SOON", 117, 6))
    soon = store.batch("SOON").id
    store.run(lambda uow: services.freeze_batch(uow, soon, "召回"))
    assert store.available() == 10
    assert store.held(store.reserve(2)) == [("LATE", 2)]
    store.run(lambda uow: services.unfreeze_batch(uow, soon, "查过没问题"))
    assert store.held(store.reserve(2)) == [("SOON", 2)]


@pytest.mark.rule("PH-08")
def test_refuses_more_than_is_free_and_says_how_much_is(store):
    store.receive(("A1", 400, 10))
    store.reserve(8)
    with pytest.raises(Refused) as refused:
        store.reserve(3)
    assert refused.value.code == "stock.not_enough"
    assert (refused.value.facts["available"], refused.value.facts["item"]) == (2, store.drug.name)
    assert store.available() == 2


@pytest.mark.rule("PH-08")
def test_a_refused_reservation_holds_nothing_of_the_other_lines(store):
    store.receive(("A1", 400, 10))
    source = new_id()

    def two_lines(uow):
        for line, quantity in ((1, 6), (2, 6)):
            services.reserve(uow, source_id=source, lines=[(line, store.drug.id, quantity)])

    with pytest.raises(Refused):
        store.run(two_lines)
    assert store.held(source) == [] and store.available() == 10


@pytest.mark.rule("PH-08")
def test_a_void_gives_everything_back_and_twice_is_no_harm(store):
    store.receive(("A1", 400, 10))
    source = store.reserve(7)
    assert store.run(lambda uow: services.release(uow, source)) == {"released": 1}
    assert store.run(lambda uow: services.release(uow, source)) == {"released": 0}
    assert store.available() == 10


@pytest.mark.rule("PH-08")
def test_dispensing_moves_what_was_held_to_the_patient(store):
    store.receive(("A1", 400, 10), ("A2", 500, 10))
    source = store.reserve(12, line=b"l" * 16)
    assert store.consume(source) == [(b"l" * 16, store.batch("A1").id, 10), (b"l" * 16, store.batch("A2").id, 2)]
    assert [(one.on_hand, one.reserved) for one in queries.batches_of(store.drug.id)] == [(0, 0), (8, 0)]
    assert store.available() == 8


def test_dispensing_twice_is_refused(store):
    store.receive(("A1", 400, 10))
    source = store.reserve(3)
    store.consume(source)
    with pytest.raises(Refused) as refused:
        store.consume(source)
    assert refused.value.code == "stock.nothing_reserved"
    assert store.batch("A1").on_hand == 7


def test_dispenses_some_lines_of_a_source_and_later_the_others(store):
    store.receive(("A1", 400, 10))
    source = store.reserve(3, line=1)
    store.reserve(4, source=source, line=2)
    assert [(line, units) for line, _, units in store.consume(source, line_ids={2})] == [(2, 4)]
    assert store.held(source) == [("A1", 3)]
    assert [(line, units) for line, _, units in store.consume(source)] == [(1, 3)]


def test_a_line_is_held_once(store):
    store.receive(("A1", 400, 10))
    source = store.reserve(3)
    with pytest.raises(Stale):
        store.reserve(3, source=source)
    assert store.batch("A1").reserved == 3


@pytest.mark.rule("PH-04")
def test_a_batch_may_be_used_through_its_last_day(store):
    store.receive(("LAST", 0, 5), ("OVER", -1, 5))
    assert store.available() == 5
    assert len(store.consume(store.reserve(5))) == 1


@pytest.fixture
def a_day_later(monkeypatch):
    """Every command from now on happens the next day."""
    from datetime import timedelta

    class NextDay(clock.SystemTime):
        def wall_ms(self) -> int:
            return super().wall_ms() + int(timedelta(days=1).total_seconds() * 1000)

    def pass_midnight() -> None:
        clock.clock.start(clock.clock.newest, NextDay())

    yield pass_midnight
    clock.clock.start(0)


@pytest.mark.rule("PH-04")
def test_a_batch_that_expires_while_held_is_not_handed_out_and_another_takes_its_place(store, a_day_later):
    store.receive(("TODAY", 0, 5), ("LATER", 400, 5))
    source = store.reserve(4)
    assert store.held(source) == [("TODAY", 4)]
    a_day_later()
    with pytest.raises(Refused) as refused:
        store.consume(source)
    assert (refused.value.code, refused.value.facts["batch_no"]) == ("stock.batch_expired", "TODAY")
    assert store.top_up(source, 4) == {"held": 1}
    assert store.held(source) == [("LATER", 4)]
    assert store.consume(source)[0][1] == store.batch("LATER").id


@pytest.mark.rule("PH-19")
def test_a_frozen_batch_is_not_handed_out_and_without_another_it_stays_held(store):
    store.receive(("A1", 400, 5))
    source = store.reserve(4)
    store.run(lambda uow: services.freeze_batch(uow, store.batch("A1").id, "召回"))
    with pytest.raises(Refused) as refused:
        store.consume(source)
    assert refused.value.code == "stock.batch_is_frozen"
    assert store.held(source) == [("A1", 4)]


def test_freezing_needs_a_reason_and_happens_once(store):
    store.receive(("A1", 400, 5))
    batch = store.batch("A1").id
    with pytest.raises(Refused):
        store.run(lambda uow: services.freeze_batch(uow, batch, " "))
    store.run(lambda uow: services.freeze_batch(uow, batch, "召回"))
    with pytest.raises(Stale):
        store.run(lambda uow: services.freeze_batch(uow, batch, "召回"))
    assert queries.batch(batch).frozen_reason == "召回"
    with pytest.raises(Refused):
        store.run(lambda uow: services.freeze_batch(uow, new_id(), "召回"))


def test_work_bound_to_a_day_waits_while_the_date_is_in_doubt(store, monkeypatch):
    store.receive(("A1", 400, 5))
    source = store.reserve(1)
    monkeypatch.setattr(clock.Clock, "in_doubt", property(lambda self: True))
    for act in (lambda: store.receive(("A2", 400, 5)), lambda: store.reserve(1), lambda: store.consume(source)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "clock.in_doubt"


def test_available_of_several_drugs_counts_what_has_no_stock_as_none(store):
    store.receive(("A1", 400, 5))
    unknown = new_id()
    assert queries.available_of([store.drug.id, unknown], store.today) == {store.drug.id: 5, unknown: 0}


@pytest.mark.rule("PH-05")
def test_a_line_that_holds_two_batches_takes_more_of_the_second_when_the_first_is_frozen(store):
    store.receive(("SOON", 100, 5), ("LATE", 400, 50))
    source = store.reserve(8)
    assert store.held(source) == [("SOON", 5), ("LATE", 3)]
    store.run(lambda uow: services.freeze_batch(uow, store.batch("SOON").id, "召回"))
    assert store.top_up(source, 8) == {"held": 1}
    assert store.held(source) == [("LATE", 8)] and store.available() == 42


def test_holding_anew_for_some_lines_leaves_the_others_of_the_source_as_they_are(store):
    store.receive(("SOON", 100, 10), ("LATE", 400, 50))
    source = new_id()

    def two_lines(uow):
        for line in (1, 2):
            services.reserve(uow, source_id=source, lines=[(line, store.drug.id, 4)])

    store.run(two_lines)
    store.run(lambda uow: services.freeze_batch(uow, store.batch("SOON").id, "召回"))
    store.top_up(source, 4, line=2)
    assert [(one.line_id, one.batch_no) for one in queries.reservations_of(source)] == [(1, "SOON"), (2, "LATE")]
