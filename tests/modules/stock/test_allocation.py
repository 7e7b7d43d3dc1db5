from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.modules.stock.rules import Batch, allocate, available

TODAY = date(2024, 3, 5)


def _batch(batch_id, free, expires_on, **options):
    return Batch(batch_id, free, date.fromisoformat(expires_on), **options)


AUGUST, JUNE, FEBRUARY = _batch("aug", 10, "2024-08-31"), _batch("jun", 6, "2024-06-30"), _batch("feb", 4, "2024-02-29")


@pytest.mark.rule("PH-05")
def test_takes_the_earliest_expiry_first_and_skips_what_is_expired():
    assert allocate([AUGUST, JUNE, FEBRUARY], 12, TODAY, item="阿莫西林胶囊") == [("jun", 6), ("aug", 6)]


@pytest.mark.rule("PH-05")
def test_skips_a_frozen_batch():
    frozen = _batch("jun", 6, "2024-06-30", is_frozen=True)
    assert allocate([AUGUST, frozen], 3, TODAY, item="阿莫西林胶囊") == [("aug", 3)]


@pytest.mark.rule("PH-04")
def test_a_batch_is_taken_through_its_last_day():
    assert available([JUNE], date(2024, 6, 30)) == 6
    assert available([JUNE], date(2024, 7, 1)) == 0


@pytest.mark.rule("PH-08")
def test_refuses_more_than_is_free_and_says_how_much_there_is():
    with pytest.raises(Refused) as refused:
        allocate([_batch("b", 10 - 8, "2024-08-31"), FEBRUARY], 3, TODAY, item="阿莫西林胶囊")
    assert refused.value.code == "stock.not_enough"
    assert refused.value.facts == {"item": "阿莫西林胶囊", "needed": 3, "available": 2}


def test_equal_expiry_keeps_the_given_order():
    one, two = _batch("one", 2, "2024-08-31"), _batch("two", 2, "2024-08-31")
    assert allocate([two, one], 3, TODAY, item="药") == [("two", 2), ("one", 1)]


@pytest.mark.parametrize("needed", [0, -1])
def test_allocating_nothing_is_a_mistake_of_the_caller(needed):
    with pytest.raises(ValueError):
        allocate([AUGUST], needed, TODAY, item="药")


BATCHES = st.lists(
    st.builds(
        lambda free, days, is_frozen: (free, TODAY + timedelta(days=days), is_frozen),
        st.integers(-3, 20),
        st.integers(-40, 400),
        st.booleans(),
    ),
    max_size=8,
).map(lambda rows: [Batch(number, *row) for number, row in enumerate(rows)])


@pytest.mark.rule("PH-05")
@given(BATCHES, st.integers(1, 80))
def test_takes_exactly_what_is_needed_from_usable_batches_in_order(batches, needed):
    by_id = {batch.batch_id: batch for batch in batches}
    free = available(batches, TODAY)
    if free < needed:
        with pytest.raises(Refused):
            allocate(batches, needed, TODAY, item="药")
        return
    taken = allocate(batches, needed, TODAY, item="药")
    assert sum(quantity for _, quantity in taken) == needed
    assert all(0 < quantity <= by_id[batch_id].free for batch_id, quantity in taken)
    assert all(not by_id[batch_id].is_frozen and by_id[batch_id].expires_on >= TODAY for batch_id, _ in taken)
    days = [by_id[batch_id].expires_on for batch_id, _ in taken]
    assert days == sorted(days)
    left = [batch for batch in batches if batch.batch_id not in dict(taken) and available([batch], TODAY)]
    assert all(batch.expires_on >= days[-1] for batch in left)
    # Only the last batch named may keep a rest.
    assert all(quantity == by_id[batch_id].free for batch_id, quantity in taken[:-1])
