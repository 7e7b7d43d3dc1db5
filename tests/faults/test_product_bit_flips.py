"""`clinic check` notices every flipped bit of the product's database, and says so in a sentence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import product_flips
from tests.faults.replay import scratch_folder

FLIPS = 60


@pytest.fixture(scope="module")
def killed() -> Iterator[tuple[Path, list[int]]]:
    with scratch_folder() as folder:
        yield folder, product_flips.leave_as_killed(folder)


def test_an_unflipped_copy_of_a_killed_clinic_is_sound(killed: tuple[Path, list[int]]) -> None:
    check = product_flips.Check()
    with scratch_folder() as copy:
        product_flips.copy(killed[0], copy)
        assert check(copy), check.said


def test_a_check_notices_60_of_60_flipped_bits(killed: tuple[Path, list[int]], figure: Callable[[str], None]) -> None:
    check = product_flips.Check()
    flips = product_flips.flip(*killed, flips=FLIPS, seed=1, check=check)
    figure(f"flipped bits, product: {flips}")
    assert flips.done == {"header": 20, "page": 20, "wal": 20}
    assert flips.missed == []
    assert set(check.codes) == {"0", "1", "2"}, f"a fault instead of a sentence: {check.codes}"


def test_a_flip_in_the_log_passes_unnoticed_when_the_log_is_not_checked(
    killed: tuple[Path, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: SQLite ends the log at the bad frame without a word, and what is left holds."""
    from clinic_app.kernel import wal_check

    monkeypatch.setattr(wal_check, "wal_damage_beside", lambda _database: None)
    flips = product_flips.flip(*killed, flips=30, seed=2, check=product_flips.Check())
    assert flips.noticed["wal"] < flips.done["wal"]
    assert flips.noticed["page"] == flips.done["page"]
