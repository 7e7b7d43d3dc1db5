"""Other disks: found by their mark wherever they are plugged in; pulled out or full, the former backups stay."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.backup import copying_out, making, places, room
from appliance.backup.copying_out import Target
from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused
from tests.appliance.backup.conftest import Home, Pc, silent

LIMITS = {"hourly": 24, "daily": 14, "upgrade": 5, "now": 2}


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is plugged in; where it is, is up to `plug`."""
    root = tmp_path / "media" / "blue"
    root.mkdir(parents=True)
    monkeypatch.setattr(places, "_roots", lambda: iter(sorted((tmp_path / "media").iterdir())))
    return root


def copy(home: Home, target: Target) -> copying_out.Copied:
    return copying_out.copy_out(home.found, target, keys.derive(home.seed), LIMITS, silent)


def test_a_marked_stick_is_found_under_another_name(stick: Path, home: Home) -> None:
    target = Target("00", "volume", places.mark(stick), 2)
    assert places.mark(stick) == target.place
    assert copy(home, target).reason == ""
    moved = stick.rename(stick.with_name("red"))
    assert places.folder_of("volume", target.place, "XQX01") == moved / "xiangyi-backup" / "XQX01"
    assert [one.header for one in places.backups_in(moved)] == [home.found.header]
    (moved / "xiangyi-backup" / "target.json").write_text("{}")
    assert copy(home, target).reason == "backup.target_missing"


def test_a_stick_that_is_not_there_is_a_reason_and_the_backup_is_made(pc: Pc, stick: Path) -> None:
    stick.rmdir()
    person = b"p" * 16

    def add(clinic: object) -> None:
        from clinic_app.kernel import db

        found = db.value("SELECT id FROM person LIMIT 1") or person
        clinic.raw(  # type: ignore[attr-defined]
            "INSERT INTO backup_target VALUES(?, 'volume', 'aa', 'stick', 2, 1, ?, NULL)", (b"t" * 16, found)
        )

    pc.run(add)
    made = pc.make()
    assert [one.reason for one in made.copies] == ["backup.target_missing"]
    assert len(places.local_backups(pc.folder)) == 2


@pytest.mark.parametrize(("number", "code"), ((28, "backup.target_full"), (5, "backup.target_failed")))
def test_a_stick_pulled_out_or_full_on_the_way_keeps_what_it_had(
    home: Home, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    target = Target("00", "volume", places.mark(stick), 2)
    copy(home, target)
    former = {one.path: one.path.read_bytes() for one in places.backups_in(stick)}

    def fails(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(copying_out.os, "fsync", fails)
        assert copy(home, target).reason == code
    assert {one.path: one.path.read_bytes() for one in places.backups_in(stick)} == former
    assert copy(home, target).reason == "" and list(stick.rglob("*.part")) == []


def test_what_the_stick_wrote_wrongly_never_gets_its_name(
    home: Home, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rots(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[-500] ^= 8
        path.write_bytes(data)

    monkeypatch.setattr(copying_out, "forget_pages", rots)
    assert copy(home, Target("00", "volume", places.mark(stick), 2)).reason == "backup.damaged"
    assert places.backups_in(stick) == []


def test_a_network_disk_that_is_not_mounted_is_missing_not_an_empty_folder(home: Home, tmp_path: Path) -> None:
    place = tmp_path / "mnt"
    place.mkdir()
    target = Target("00", "folder", str(place), 2)
    assert copy(home, target).reason == "backup.target_missing" and list(place.iterdir()) == []
    places.mark(place)
    assert copy(home, target).reason == ""


def test_a_mark_that_was_cut_off_is_made_anew(stick: Path) -> None:
    (stick / "xiangyi-backup").mkdir()
    (stick / "xiangyi-backup" / "target.json").write_text("")
    assert places.mark(stick) == places.volumes()[0].target_id != ""


def test_the_disk_of_the_data_is_no_place_for_a_second_copy(stick: Path) -> None:
    assert places.volumes(beside=stick.parent) == [] and len(places.volumes()) == 1


def test_before_old_ones_go_the_one_that_stays_is_read(home: Home, stick: Path) -> None:
    key_set = keys.derive(home.seed)
    text = home.found.path.read_bytes()
    for name in ("a", "b", "c"):
        (stick / f"{name}.xybackup").write_bytes(text)
    spoilt = bytearray(text)
    spoilt[-500] ^= 8
    newest = stick / "z.xybackup"
    newest.write_bytes(spoilt)
    assert places.backups_in(stick)[0].path == newest
    assert room.make_room(places.backups_in(stick), key_set, 3 * len(text))
    left = places.backups_in(stick)
    assert len(left) == 1 and left[0].path != newest
    left[0].path.write_bytes(spoilt)
    assert not room.make_room(places.backups_in(stick), key_set, 1) and len(places.backups_in(stick)) == 1


def test_another_clinics_backups_on_the_same_stick_are_left_alone(home: Home, stick: Path) -> None:
    folder = stick / "xiangyi-backup" / "XQX01"
    target = Target("00", "volume", places.mark(stick), 2)
    folder.mkdir(parents=True)
    for number in range(4):
        head, rest = home.found.path.read_bytes().split(b"\n", 2)[1:]
        other = head.replace(home.found.header.key_mark.encode(), b"0" * 8)
        (folder / f"other-{number}.xybackup").write_bytes(b"XIANGYI-BACKUP 1\n" + other + b"\n" + rest)
    assert copy(home, target).reason == ""
    assert len(places.backups_in(stick)) == 5


def test_a_small_stick_gives_up_old_hourly_ones_and_never_the_newest(
    home: Home, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target("00", "volume", places.mark(stick), 2)
    copy(home, target)
    monkeypatch.setattr(places, "free_bytes", lambda _folder: 1 << 20)
    assert copy(home, target).reason == "backup.target_full"
    assert len(places.backups_in(stick)) == 1


def test_real_disks_are_listed_and_none_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(str(one.root) != "/" for one in places.volumes())


def test_marking_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Refused, match=r"backup\.target_unwritable"):
        places.mark(tmp_path / "file")


def test_the_largest_needs_twice_its_size_before_it_begins(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    size = (pc.folder / "clinic.sqlite3").stat().st_size
    need = 2 * size + making.SPARE_BYTES
    monkeypatch.setattr(places, "free_bytes", lambda _folder: need - 1)
    with pytest.raises(Refused, match=r"backup\.no_room"):
        pc.make()
    monkeypatch.setattr(places, "free_bytes", lambda _folder: need)
    assert pc.make().file


def test_a_making_that_ends_meanwhile_breaks_off_no_listing(
    home: Home, pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the making is gone between its name and its content; the backups beside it are listed."""
    scratch = pc.folder / places.LOCAL / places.SCRATCH
    scratch.mkdir()
    (scratch / "half.xybackup").write_bytes(pc.backup.read_bytes())
    scandir, listdir = os.scandir, os.listdir

    def gone(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def look(path: Any) -> Any:
            if str(path).rstrip("/").endswith(places.SCRATCH):
                raise FileNotFoundError(errno.ENOENT, "gone", str(path))
            return read(path)

        return look

    monkeypatch.setattr(os, "scandir", gone(scandir))
    monkeypatch.setattr(os, "listdir", gone(listdir))
    assert [one.path.name for one in places.local_backups(pc.folder)] == [home.found.path.name]
    assert len(places.listed(pc.folder)) == 1


def test_a_folder_that_cannot_be_read_is_none_and_no_incident(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    listdir, scandir = os.listdir, os.scandir

    def fails(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def look(path: Any) -> Any:
            if str(path).endswith("now"):
                raise OSError(errno.EIO, "input/output error", str(path))
            return read(path)

        return look

    monkeypatch.setattr(os, "listdir", fails(listdir))
    monkeypatch.setattr(os, "scandir", fails(scandir))
    assert places.local_backups(pc.folder) == [] and places.listed(pc.folder) == frozenset()


@pytest.mark.skipif(sys.platform != "linux", reason="what is mounted is a file on Linux only")
def test_a_disk_whose_name_is_not_utf8_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd, plain = os.fsencode(tmp_path) + b"/\xd6\xd0", tmp_path / "二 号"
    os.mkdir(odd)
    plain.mkdir()
    named = os.fsencode(plain).replace(b" ", b"\\040")
    mounts = b"".join(b"/dev/sdb1 " + where + b" vfat rw 0 0\n" for where in (odd, named))
    read_bytes = Path.read_bytes
    read_text = Path.read_text

    def bytes_of(path: Path) -> bytes:
        return mounts if str(path) == "/proc/self/mounts" else read_bytes(path)

    def text_of(path: Path, *given: Any, **named: Any) -> str:
        return mounts.decode("utf-8") if str(path) == "/proc/self/mounts" else read_text(path, *given, **named)

    monkeypatch.setattr(Path, "read_bytes", bytes_of)
    monkeypatch.setattr(Path, "read_text", text_of)
    mark = places.mark(Path(os.fsdecode(odd)))
    assert [one.root for one in places.volumes()] == [Path(os.fsdecode(odd)), plain]
    assert places.folder_of("volume", mark, "XQX01").parent.parent == Path(os.fsdecode(odd))
    assert places.shown(places.volumes()[0].root) == f"{tmp_path}/\ufffd\ufffd"
