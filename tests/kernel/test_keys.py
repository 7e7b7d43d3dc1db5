"""The recovery sheet: seventeen numbers bring the keys back, a wrong one is named, nothing is ever replaced."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import db, keys, opening, schema
from clinic_app.kernel.errors import Refused
from tests.kernel.conftest import FACTS

# a sheet printed today must open the clinic in ten years
SEED = bytes(range(32))
FROZEN_DATA_KEY, FROZEN_MARK = "2e2b9ac4769ac420", "2391B6E9"


@given(st.binary(min_size=32, max_size=32))
def test_the_sheet_gives_the_seed_back(seed: bytes) -> None:
    assert keys.seed_of_words(keys.sheet_words(seed)) == seed


@given(st.binary(min_size=32, max_size=32), st.integers(0, 16), st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_named_by_its_place(seed: bytes, place: int, digit: int, off: int) -> None:
    words = keys.sheet_words(seed)
    wrong = str((int(words[place][digit]) + off) % 10)
    words[place] = words[place][:digit] + wrong + words[place][digit + 1 :]
    with pytest.raises(Refused) as refused:
        keys.seed_of_words(words)
    assert refused.value.code == "keys.word_wrong" and refused.value.facts["place"] == place + 1


def test_a_number_that_was_left_out_is_called_empty_and_not_wrong() -> None:
    words = keys.sheet_words(SEED)
    words[4] = ""
    with pytest.raises(Refused) as refused:
        keys.seed_of_words(words)
    assert refused.value.code == "keys.word_empty" and refused.value.facts["place"] == 5


def test_numbers_of_two_sheets_do_not_mix() -> None:
    one, other = keys.sheet_words(bytes(range(32))), keys.sheet_words(bytes(32))
    with pytest.raises(Refused) as refused:
        keys.seed_of_words([*one[:8], *other[8:]])
    assert refused.value.code == "keys.sheet_mixed"


def test_derived_keys_are_distinct_and_stay_the_same_for_ever() -> None:
    derived = keys.derive(bytes(range(32)))
    assert len({derived.data_key, derived.audit_key, derived.backup_recipient, bytes(range(32))}) == 4
    assert derived.data_key.hex()[:16] == FROZEN_DATA_KEY and derived.mark == FROZEN_MARK


def test_the_pc_keeps_no_seed_and_shows_its_keys_to_the_owner_only(data: Path, master_seed: bytes) -> None:
    folder = data / opening.KEYS
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert master_seed.hex().encode() not in kept and master_seed not in kept
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_lost_key_is_asked_for_by_the_sheets_number_and_never_replaced(data: Path, steps: list[schema.Step]) -> None:
    mark = (data / opening.KEYS / "mark").read_text().strip()
    (data / opening.KEYS / "data.key").unlink()
    before = (data / opening.DATABASE).read_bytes()
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "keys.missing" and refused.value.facts["mark"] == mark
    assert (data / opening.DATABASE).read_bytes() == before
    assert not (data / opening.KEYS / "data.key").exists()


def test_a_wrong_key_is_said_to_be_wrong_and_changes_nothing(data: Path, steps: list[schema.Step]) -> None:
    (data / opening.KEYS / "data.key").write_text("00" * 32)
    before = (data / opening.DATABASE).read_bytes()
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "keys.wrong" and refused.value.facts["clinic"] == FACTS.name
    assert (data / opening.DATABASE).read_bytes() == before


def test_keys_of_another_clinic_are_named(data: Path, steps: list[schema.Step]) -> None:
    (data / opening.KEYS / "mark").write_text("FFFFFFFF")
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "keys.other_clinic"


def test_keys_without_a_database_never_start_an_empty_one(data: Path, steps: list[schema.Step]) -> None:
    (data / opening.DATABASE).unlink()
    assert opening.exists(data)
    with pytest.raises(Refused) as refused:
        opening.open_clinic(data, steps)
    assert refused.value.code == "clinic.database_missing"
    with pytest.raises(Refused) as refused:
        opening.create_clinic(data, bytes(32), FACTS, steps, lambda uow: None)
    assert refused.value.code == "clinic.exists"


def test_a_cut_between_the_two_renames_of_creation_is_finished(data: Path, steps: list[schema.Step]) -> None:
    os.replace(data / opening.KEYS, data / (opening.KEYS + opening.NEW))
    assert opening.exists(data)
    opening.open_clinic(data, steps)
    assert db.value("SELECT count(*) FROM installation") == 1


def test_a_cut_before_the_renames_leaves_a_folder_where_a_clinic_can_be_made(
    tmp_path: Path, steps: list[schema.Step]
) -> None:
    (tmp_path / (opening.DATABASE + opening.NEW)).write_bytes(b"half")
    keys.store(tmp_path / (opening.KEYS + opening.NEW), keys.derive(bytes(32)))
    assert not opening.exists(tmp_path)
    opening.create_clinic(tmp_path, bytes(range(32)), FACTS, steps, lambda uow: None)
    assert opening.open_clinic(tmp_path, steps).clinic_name == FACTS.name


def test_the_database_file_shows_no_plain_text(data: Path) -> None:
    content = (data / opening.DATABASE).read_bytes()
    assert b"SQLite format 3" not in content and FACTS.name.encode() not in content and b"CREATE TABLE" not in content


def test_a_number_of_the_sheet_is_known_in_full_width_and_with_spaces() -> None:
    word = keys.sheet_words(SEED)[4]
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in word)
    assert all(keys.same_word(SEED, 5, typed) for typed in (word, wide, f" {word[:3]} {word[3:]} "))
    assert not any(keys.same_word(SEED, 5, typed) for typed in ("", "一二三四五六", keys.sheet_words(SEED)[5]))


@pytest.mark.parametrize("text", ["", "[1]", "{}", "null", '{"key": 7}'])
def test_a_damaged_label_names_no_sheet_and_breaks_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "label").write_text(text)
    found = keys.read_label(tmp_path / "label")
    assert set(found) == {"key", "clinic"} and all(isinstance(value, str) for value in found.values())
