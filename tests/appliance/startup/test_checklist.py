"""The list of start-up: each step says no with a sentence, nothing is changed, and an empty clinic is never begun."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.startup import checklist, cloud_folders
from appliance.startup.checklist import STEPS, Attempt
from clinic_app.kernel import db, keys, opening
from clinic_app.kernel.errors import Refused
from tests.appliance.startup.conftest import Pc
from tests.conftest import config_of

Usage = namedtuple("Usage", "total used free")


def contents(folder: Path) -> dict[str, bytes]:
    """Database and keys, byte by byte."""
    files = [folder / opening.DATABASE, *sorted((folder / opening.KEYS).glob("*"))]
    return {str(path): path.read_bytes() for path in files if path.exists()}


def test_a_sound_folder_goes_through_every_step_and_answers(pc: Pc) -> None:
    assert pc.start() is None
    assert pc.client.get("/health").status_code == 200
    assert pc.attempt.workers is not None and pc.begun == 0


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("OneDrive", "OneDrive"), ("OneDrive - 青溪镇卫生院", "OneDrive"), ("Dropbox", "Dropbox"),
        ("坚果云", ""), ("我的坚果云", "坚果云"), ("BaiduSyncdisk", "百度网盘同步空间"), ("WPS云盘", "WPS 云盘"),
        ("Mobile Documents", "iCloud"), ("Google Drive", "Google Drive"), ("clinic-data", ""), ("one drive", ""),
        ("Dropbox 说明", ""),
    ],
)  # fmt: skip
def test_a_folder_that_a_cloud_program_copies_is_known_by_its_name(tmp_path: Path, name: str, product: str) -> None:
    assert cloud_folders.product_of(tmp_path / name / "deep" / "clinic", {}) == product


def test_a_cloud_folder_is_known_by_the_marks_that_its_program_leaves(tmp_path: Path) -> None:
    (tmp_path / "shared" / ".stfolder").mkdir(parents=True)
    assert cloud_folders.product_of(tmp_path / "shared" / "clinic", {}) == "Syncthing"
    assert cloud_folders.product_of(tmp_path / "other", {"OneDrive": str(tmp_path)}) == "OneDrive"
    assert cloud_folders.product_of(tmp_path / "other", {}) == ""


def test_nothing_at_all_is_written_in_a_cloud_folder(tmp_path: Path) -> None:
    folder = tmp_path / "Dropbox" / "clinic"
    with pytest.raises(Refused) as said:
        checklist.walk(Attempt(config_of(folder)))
    assert said.value.code == "startup.cloud_folder" and not folder.exists()


def test_a_disk_without_room_is_refused_before_anything_is_opened(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(pc.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 30, 1 << 30, (4 << 20) - 1))
    assert getattr(pc.start(), "code", "") == "startup.no_room"
    assert contents(pc.folder) == before
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 30, 1 << 29, 4 << 20))
    assert pc.start() is None


def test_the_reserve_is_given_free_for_a_start_on_a_full_disk(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve = pc.folder / "reserve.bin"
    reserve.write_bytes(bytes(10))

    def usage(_path: object) -> Usage:
        return Usage(1 << 30, 0, 0 if reserve.exists() else 5 << 20)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert pc.start() is None and not reserve.exists()
    assert "备用空间已经放出来" in pc.client.get("/sign-in").text


def test_an_old_library_is_refused_before_the_database_is_opened(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "OLDEST_SAFE_SQLITE", (99, 0, 0))
    assert getattr(pc.start(), "code", "") == "startup.old_library"


LEFT = (
    "backups/daily/a.backup", f"{opening.DATABASE}.old-1", "keys.old-1/data.key", f"replaced-1/{opening.DATABASE}",
    "replaced-12/keys/data.key", f"incoming-elsewhere/{opening.DATABASE}",
)  # fmt: skip


@pytest.mark.parametrize("left", LEFT)
def test_what_is_left_of_a_clinic_keeps_a_new_one_from_being_begun(tmp_path: Path, left: str) -> None:
    (tmp_path / left).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / left).write_bytes(b"kept")
    pc = Pc(tmp_path)
    assert getattr(pc.start(), "code", "") == "clinic.database_missing"
    assert not pc.attempt.is_first_run and pc.client.get("/recovery").status_code == 200
    pc.end()


def test_an_empty_folder_leads_to_the_first_run(tmp_path: Path) -> None:
    """Negative control of the leftovers; a lock of somebody who looked for backups is none."""
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "run.lock").write_text("pid 1\n")
    (tmp_path / "replaced-1").mkdir()
    pc = Pc(tmp_path)
    assert pc.start() is None and pc.attempt.is_first_run
    assert pc.client.get("/first-run").status_code == 200
    pc.end()


def test_a_missing_key_a_foreign_key_and_a_lost_database_are_told_apart(pc: Pc) -> None:
    kept = pc.folder / opening.KEYS
    aside = kept.rename(pc.folder / "elsewhere")
    assert getattr(pc.start(), "code", "") == "keys.missing"
    keys.store(kept, keys.derive(keys.new_seed()))
    assert getattr(pc.start(), "code", "") == "keys.other_clinic"
    shutil.rmtree(kept)
    aside.rename(kept)
    (pc.folder / opening.DATABASE).rename(pc.folder / "away")
    assert getattr(pc.start(), "code", "") == "clinic.database_missing"
    (pc.folder / "away").rename(pc.folder / opening.DATABASE)
    assert pc.start() is None


def test_a_newer_schema_is_a_sentence_and_the_database_stays(pc: Pc) -> None:
    assert pc.start() is None
    with db.write_transaction() as conn:
        conn.execute("INSERT INTO migration VALUES('beds', '0009_wards', 'x')")
    pc.end()
    before = contents(pc.folder)
    assert getattr(pc.start(), "code", "") == "schema.newer"
    assert "beds.0009_wards" in pc.client.get("/recovery").text
    assert contents(pc.folder) == before


def test_damage_is_found_after_an_unclean_end_before_anybody_is_let_in(pc: Pc, flip: Callable[[str], None]) -> None:
    (pc.folder / "run.lock").write_text("pid 1 left over\n")
    flip(opening.DATABASE)
    assert getattr(pc.start(), "code", "") == "clinic.pages_damaged"
    assert (pc.folder / "run.lock").read_text() != "", "the sign stays for the next start"
    pc.end()
    assert (pc.folder / "run.lock").read_text() == "pid 1 left over"


def test_a_flipped_bit_in_the_log_is_refused_and_nothing_of_it_is_lost(
    pc: Pc, killed: list[tuple[int]], flip: Callable[[str], None]
) -> None:
    """SQLite would end the log there, and closing would throw the rest away."""
    whole = (pc.folder / f"{opening.DATABASE}-wal").read_bytes()
    flip(f"{opening.DATABASE}-wal")
    before = {path.name: path.read_bytes() for path in pc.folder.glob(f"{opening.DATABASE}*")}
    for _ in range(2):
        assert getattr(pc.start(), "code", "") == "clinic.wal_damaged"
    pc.end()
    assert {path.name: path.read_bytes() for path in pc.folder.glob(f"{opening.DATABASE}*")} == before
    (pc.folder / f"{opening.DATABASE}-wal").write_bytes(whole)
    assert pc.start() is None and set(killed) <= set(db.rows("SELECT seq FROM audit"))


def test_the_log_of_a_killed_server_is_played(pc: Pc, killed: list[tuple[int]]) -> None:
    """Negative control of the flipped bit."""
    assert pc.start() is None and set(killed) <= set(db.rows("SELECT seq FROM audit"))


def test_the_order_is_from_what_harms_least() -> None:
    order = [step.act for step in STEPS]
    assert order[0] is checklist.refuse_cloud_folder and order[1] is checklist.take_lock
    assert order.index(checklist.have_keys) < order.index(checklist.open_clinic)
    assert order.index(checklist.read_pages_after_an_unclean_end) < order.index(checklist.begin_threads)
    assert len({step.said for step in STEPS}) == len(STEPS)
