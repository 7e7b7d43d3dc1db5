"""Exchanging a clinic's files as a set: decided by one rename, finished by whoever comes next, the old ones kept."""

import os
from pathlib import Path

import pytest

from clinic_app.kernel import renaming, switching
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.switching import DATABASE, KEYS, LABEL, LOGS


def clinic(folder: Path, mark: str, *logs: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in (DATABASE, LABEL, *logs):
        (folder / name).write_text(mark)
    (folder / KEYS).mkdir()
    (folder / KEYS / "mark").write_text(mark)


def marks(folder: Path) -> set[str]:
    files = (folder / DATABASE, folder / LABEL, folder / KEYS / "mark", *(folder / log for log in LOGS))
    return {path.read_text() for path in files if path.exists()}


def staged(folder: Path, mark: str = "new") -> Path:
    found = switching.stage(folder)
    clinic(found, mark)
    return found


def test_old_files_with_their_log_go_aside_and_the_new_ones_stand_alone(tmp_path: Path) -> None:
    clinic(tmp_path, "old", *LOGS)
    aside = switching.switch(staged(tmp_path))
    assert marks(tmp_path) == {"new"} and marks(aside) == {"old"}
    assert not any((tmp_path / log).exists() for log in LOGS) and all((aside / log).exists() for log in LOGS)
    assert switching.switch(staged(tmp_path, "newer")).name == "replaced-2" and marks(tmp_path) == {"newer"}


def test_what_was_not_decided_is_undone(tmp_path: Path) -> None:
    clinic(tmp_path, "old")
    staged(tmp_path)
    switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"old"} and not list(tmp_path.glob("incoming-*"))


@pytest.mark.parametrize("moved", range(6))
def test_what_was_decided_is_finished_from_wherever_it_stood(
    tmp_path: Path, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off after so many moves, then begun again by the next start."""
    clinic(tmp_path, "old", *LOGS)
    move, done = os.replace, []

    def breaks_off(source: Path, target: Path) -> None:
        if len(done) > moved:
            raise OSError(5, "the mains failed")
        done.append(target)
        move(source, target)

    new = staged(tmp_path)
    with monkeypatch.context() as patched, pytest.raises(Refused, match=r"clinic\.switch_unfinished"):
        patched.setattr(os, "replace", breaks_off)
        switching.switch(new)
    switching.finish_interrupted(tmp_path)
    switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"new"} and marks(tmp_path / "replaced-1") == {"old"}
    assert not list(tmp_path.glob("incoming-*"))


def test_a_disk_that_fails_at_the_decision_is_a_sentence_and_leaves_the_old_clinic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic(tmp_path, "old")
    new = staged(tmp_path)

    def fails(_source: Path, _target: Path) -> None:
        raise OSError(5, "the disk failed")

    with monkeypatch.context() as patched, pytest.raises(Refused, match=r"clinic\.switch_unfinished"):
        patched.setattr(os, "replace", fails)
        switching.switch(new)
    switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"old"} and not list(tmp_path.glob("*-1*"))


def test_a_stray_file_in_a_decided_folder_keeps_nobody_out(tmp_path: Path) -> None:
    """A file manager leaves its own; the exchange is done all the same, and every later start goes on."""
    clinic(tmp_path, "old")
    new = staged(tmp_path)
    (new / ".DS_Store").write_bytes(b"\0")
    aside = switching.switch(new)
    for _ in range(2):
        switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"new"} and marks(aside) == {"old"} and (tmp_path / "incoming-1" / ".DS_Store").exists()
    assert switching.switch(staged(tmp_path, "newer")).name == "replaced-2" and marks(tmp_path) == {"newer"}
    assert marks(aside) == {"old"}


def test_a_left_over_of_a_finished_exchange_brings_no_folder_back(tmp_path: Path) -> None:
    clinic(tmp_path, "now")
    (tmp_path / "incoming-1").mkdir()
    (tmp_path / "incoming-1" / "desktop.ini").write_text("")
    switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"now"} and not (tmp_path / "replaced-1").exists()


def test_what_was_not_decided_and_cannot_be_removed_is_no_reason_not_to_start(tmp_path: Path) -> None:
    clinic(tmp_path, "old")
    (staged(tmp_path) / "keys" / "deep").mkdir()
    for _ in range(2):
        switching.finish_interrupted(tmp_path)
    assert marks(tmp_path) == {"old"}
    switching.switch(staged(tmp_path))
    assert marks(tmp_path) == {"new"}


@pytest.mark.parametrize(
    ("is_scanned", "times", "is_done"), [(True, 3, True), (True, 10_000, False), (False, 1, False)]
)
def test_a_file_that_a_virus_scanner_holds_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_scanned: bool, times: int, is_done: bool
) -> None:
    clinic(tmp_path, "old")
    new, move, refused = staged(tmp_path), os.replace, []

    def held(source: Path, target: Path) -> None:
        if source.name == DATABASE and len(refused) < times:
            refused.append(source)
            raise PermissionError(13, "used by another process")
        move(source, target)

    monkeypatch.setattr(renaming, "IS_SCANNED", is_scanned)
    monkeypatch.setattr(renaming, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(os, "replace", held)
    if is_done:
        switching.switch(new)
    else:
        with pytest.raises(Refused, match=r"clinic\.switch_unfinished"):
            switching.switch(new)
    assert marks(tmp_path) == ({"new"} if is_done else {"old"})


def test_folders_of_other_names_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "incoming-letters").mkdir()
    switching.finish_interrupted(tmp_path)
    assert (tmp_path / "incoming-letters").exists()
