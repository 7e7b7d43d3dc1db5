import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.hashes import GENESIS, chain, seal

KEY = bytes(range(32))


def _chained(rows):
    hashes, prev = [], GENESIS
    for row in rows:
        prev = chain(prev, row)
        hashes.append(prev)
    return hashes


def test_first_row_stands_on_genesis():
    assert chain(GENESIS, b"row") == hashlib.sha256(bytes(32) + b"row").digest()


def test_seal_is_hmac_sha256_known_to_the_standard_library():
    assert seal(KEY, GENESIS, b"row") == hmac.new(KEY, bytes(32) + b"row", hashlib.sha256).digest()


@given(st.lists(st.binary(min_size=1), min_size=1, max_size=8), st.data())
def test_a_changed_row_changes_every_hash_after_it(rows, data):
    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows[:at], rows[at] + b"!", *rows[at + 1 :]]
    before, after = _chained(rows), _chained(changed)
    assert before[:at] == after[:at]
    assert all(one != other for one, other in zip(before[at:], after[at:], strict=True))


@given(st.lists(st.binary(min_size=1), min_size=2, max_size=6, unique=True))
def test_two_rows_cannot_change_places(rows):
    swapped = [rows[1], rows[0], *rows[2:]]
    assert _chained(rows)[-1] != _chained(swapped)[-1]


def test_another_key_seals_differently():
    assert seal(KEY, GENESIS, b"row") != seal(KEY[::-1], GENESIS, b"row") != chain(GENESIS, b"row")


@pytest.mark.parametrize("prev", [b"", bytes(31), bytes(33)])
def test_refuses_a_previous_hash_of_another_width(prev):
    with pytest.raises(ValueError, match="32 bytes"):
        chain(prev, b"row")
    with pytest.raises(ValueError, match="32 bytes"):
        seal(KEY, prev, b"row")


def test_refuses_a_short_sealing_key():
    with pytest.raises(ValueError, match="at least 32 bytes"):
        seal(b"short", GENESIS, b"row")
