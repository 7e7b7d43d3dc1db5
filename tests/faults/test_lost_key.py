"""Lost, wrong and restored keys through the command line: never a new key, never an empty clinic in their place."""

import re
import shutil
from itertools import count
from pathlib import Path

import pytest

from appliance import key_commands, practice
from clinic_app.kernel import keys, opening
from tests.faults.server_process import clinic_command, refused_run

EXIT_DONE, EXIT_REFUSED = 0, 2


def sheet(seed: bytes) -> str:
    """The numbers as somebody types them, with the numbering and the spaces of the paper."""
    rows = practice.key_sheet(seed).splitlines()
    return "\n".join(row for row in rows if ":" in row) + "\n"


def words_only(seed: bytes) -> str:
    return "\n".join(keys.sheet_words(seed)) + "\n"


def contents(folder: Path) -> dict[str, bytes]:
    """Database and keys, byte by byte; a start that is refused may write its log and its lock, nothing else."""
    kept = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in kept
        if path.name not in ("run.lock", "starts.json") and path.parent.name not in ("logs", "cache")
    }  # fmt: skip


@pytest.fixture
def lost(folder: Path) -> Path:
    shutil.rmtree(folder / opening.KEYS)
    return folder


@pytest.fixture
def wrong(folder: Path) -> Path:
    """Somebody put another clinic's data key in; its mark was copied too."""
    (folder / opening.KEYS / "data.key").write_text(keys.derive(keys.new_seed()).data_key.hex() + "\n", "ascii")
    return folder


def test_a_lost_key_is_named_and_nothing_is_made_in_its_place(lost: Path, seed: bytes) -> None:
    before = contents(lost)
    ended = clinic_command(lost, "check")
    assert ended.returncode == EXIT_REFUSED
    assert keys.derive(seed).mark in ended.stderr
    assert "Traceback" not in ended.stderr
    assert contents(lost) == before


def test_a_wrong_key_is_named_and_nothing_is_changed(wrong: Path, seed: bytes) -> None:
    before = contents(wrong)
    ended = clinic_command(wrong, "check")
    assert ended.returncode == EXIT_REFUSED
    assert keys.derive(seed).mark in ended.stderr
    assert contents(wrong) == before


@pytest.mark.parametrize("how", ("lost", "wrong"))
def test_a_server_without_its_key_shows_a_page_that_names_the_sheet_and_changes_nothing(
    how: str, seed: bytes, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(how)
    before = contents(folder)
    code, said, page = refused_run(folder)
    assert code == EXIT_REFUSED and "Traceback" not in said
    assert keys.derive(seed).mark in said and keys.derive(seed).mark in page and "word17" in page
    assert contents(folder) == before


@pytest.mark.parametrize("typed", (sheet, words_only))
def test_the_typed_sheet_brings_a_lost_key_back(lost: Path, seed: bytes, typed: object) -> None:
    restored = clinic_command(lost, "key", "restore", typed=typed(seed))  # type: ignore[operator]
    assert restored.returncode == EXIT_DONE, restored.stderr
    assert clinic_command(lost, "check").returncode == EXIT_DONE


def test_the_typed_sheet_replaces_a_wrong_key_and_keeps_it_aside(wrong: Path, seed: bytes) -> None:
    restored = clinic_command(wrong, "key", "restore", typed=sheet(seed))
    assert restored.returncode == EXIT_DONE, restored.stderr
    assert (wrong / "keys.old-1" / "data.key").exists() and "keys.old-1" in restored.stdout
    assert clinic_command(wrong, "check").returncode == EXIT_DONE


def test_another_clinics_sheet_restores_nothing(lost: Path, seed: bytes) -> None:
    before = contents(lost)
    ended = clinic_command(lost, "key", "restore", typed=sheet(keys.new_seed()))
    assert ended.returncode == EXIT_REFUSED
    assert keys.derive(seed).mark in ended.stderr
    assert contents(lost) == before


def test_a_mistyped_number_is_named_by_its_place(lost: Path, seed: bytes) -> None:
    words = keys.sheet_words(seed)
    words[4] = words[4][:2] + str((int(words[4][2]) + 1) % 10) + words[4][3:]
    ended = clinic_command(lost, "key", "restore", typed=" ".join(words) + "\n")
    assert ended.returncode == EXIT_REFUSED
    assert "5" in ended.stderr and words[4] in ended.stderr
    assert not (lost / opening.KEYS).exists()


def test_a_sheet_that_ends_too_early_is_refused(lost: Path, seed: bytes) -> None:
    ended = clinic_command(lost, "key", "restore", typed=" ".join(keys.sheet_words(seed)[:12]) + "\n\n")
    assert ended.returncode == EXIT_REFUSED
    assert "12" in ended.stderr and "17" in ended.stderr


def test_a_sheet_pasted_whole_is_read_whatever_its_mark_looks_like() -> None:
    """The mark above the numbers may hold a run of digits that looks like one of them."""
    seeds = (number.to_bytes(keys.SEED_BYTES) for number in count())
    seed = next(one for one in seeds if re.search(r"(?<!\d)\d{6}[A-F]", keys.derive(one).mark))
    typed = key_commands.typed_words(practice.key_sheet(seed).splitlines())
    assert keys.seed_of_words(typed) == seed


def test_verify_tells_the_right_sheet_from_a_wrong_one_and_changes_nothing(folder: Path, seed: bytes) -> None:
    before = contents(folder)
    assert clinic_command(folder, "key", "verify", typed=sheet(seed)).returncode == EXIT_DONE
    assert clinic_command(folder, "key", "verify", typed=sheet(keys.new_seed())).returncode == EXIT_REFUSED
    assert contents(folder) == before


def test_keys_of_another_clinic_are_refused_by_their_mark(folder: Path, seed: bytes) -> None:
    shutil.rmtree(folder / opening.KEYS)
    other = keys.derive(keys.new_seed())
    keys.store(folder / opening.KEYS, other)
    ended = clinic_command(folder, "check")
    assert ended.returncode == EXIT_REFUSED
    assert keys.derive(seed).mark in ended.stderr and other.mark in ended.stderr
