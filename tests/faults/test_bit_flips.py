"""Every flipped bit of a ledger is noticed by the log check and a read of every page, and not by less."""

from functools import partial

import pytest

from tests.faults import ledger_workload as ledger
from tests.faults.bit_flips import flip_bits, places_in_use
from tests.faults.replay import scratch_folder


@pytest.fixture(scope="module")
def killed():
    with scratch_folder() as folder:
        yield folder, ledger.leave_as_killed(folder)


def test_notices_300_of_300_flipped_bits_in_header_pages_and_log(killed):
    folder, pages = killed
    flips = flip_bits(folder, ledger.DATABASE, pages, ledger.opened_ok, flips=300, seed=1)
    assert flips.done == {"header": 100, "page": 100, "wal": 100}
    assert flips.missed == []


def test_a_flip_in_the_log_passes_unnoticed_when_only_the_pages_are_read(killed):
    folder, pages = killed
    flips = flip_bits(folder, ledger.DATABASE, pages, ledger.every_page_reads, flips=60, seed=1)
    assert flips.noticed["wal"] == 0
    assert flips.noticed["page"] == flips.done["page"] == 20


def test_flips_pass_unnoticed_without_the_cipher():
    with scratch_folder() as folder:
        pages = ledger.leave_as_killed(folder, key=None)
        check = partial(ledger.every_page_reads, key=None)
        flips = flip_bits(folder, ledger.DATABASE, pages, check, flips=60, seed=1)
    assert flips.noticed["page"] < flips.done["page"]


def test_refuses_a_check_that_says_no_to_an_intact_copy(killed):
    folder, pages = killed
    with pytest.raises(ValueError, match="intact"):
        flip_bits(folder, ledger.DATABASE, pages, lambda _: False, flips=1, seed=1)


def test_a_page_with_a_newer_copy_in_the_log_is_not_in_use_in_the_file(killed):
    folder, pages = killed
    places = places_in_use(folder, ledger.DATABASE, pages)
    assert 0 < len(places["page"]) < len(pages)
    assert {place.file for place in places["wal"]} == {f"{ledger.DATABASE}-wal"}
