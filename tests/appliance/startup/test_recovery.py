"""The recovery page: what is wrong, what to do, and acts that put the clinic back or change nothing."""

import errno
import io
import json
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import practice
from appliance.backup import making
from appliance.folder_lock import FolderLock
from appliance.startup import checklist, readable_copy, recovery
from clinic_app.kernel import audit, db, keys, opening
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Refused
from sync.wire.hybrid_clock import wall_of
from tests.appliance.startup.conftest import Pc, damage_a_list
from tests.appliance.startup.test_checklist import contents
from tests.conftest import hidden


def sheet(seed: bytes) -> dict[str, str]:
    return {f"word{place}": word for place, word in enumerate(keys.sheet_words(seed), 1)}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("code", [*sorted(recovery.KINDS), "startup.fault"])
def test_every_reason_has_a_heading_what_to_do_and_its_code(tmp_path: Path, code: str, language: str) -> None:
    pc = Pc(tmp_path)
    facts = {name: "x" for name in ("where", "folder", "mark", "clinic", "found", "free", "need", "step", "reason",
                                    "product", "kind")}  # fmt: skip
    pc.site.application = recovery.create(pc.attempt, Refused(code, **facts), lambda: "", pc.site)
    page = pc.client.get(f"/recovery?lang={language}")
    assert page.status_code == 200 and code in page.text and "%(" not in page.text
    assert ("nothing was started" if language == "en" else "没有启动") in page.text
    assert page.text.count("<li") >= 5, "what to do, and what else to know"
    assert ("Try again" in page.text or "try again" in page.text) if language == "en" else "再试一次" in page.text
    assert "Traceback" not in page.text


def test_the_seventeen_numbers_bring_the_keys_back_and_the_clinic_answers(keyless: Pc, seed: bytes) -> None:
    page = keyless.client.get("/recovery").text
    assert keys.derive(seed).mark in page and 'id="word17"' in page
    answer = keyless.post("/recovery/keys", **sheet(seed))
    assert (answer.status_code, answer.location) == (303, "/")
    assert keyless.client.get("/sign-in").status_code == 200
    assert (keyless.folder / "keys" / "data.key").exists()


@pytest.mark.parametrize("code", ["keys.missing", "keys.wrong", "keys.other_clinic"])
def test_the_keys_sentence_names_what_this_page_can_do_and_no_command(tmp_path: Path, code: str) -> None:
    pc = Pc(tmp_path)
    why = Refused(code, mark="3F2A", clinic="样例卫生院", found="77AA")
    pc.site.application = recovery.create(pc.attempt, why, lambda: "", pc.site)
    page, english = (pc.client.get(f"/recovery?lang={language}").text for language in ("zh-CN", "en"))
    assert "在下面输入" in page and "3F2A" in page and "clinic key restore" not in page + english
    assert "below" in english


@pytest.mark.parametrize("shape", ["{}", " {} ", "wide"])
def test_numbers_are_forgiven_their_shape(keyless: Pc, seed: bytes, shape: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    shaped = {
        name: word.translate(wide) if shape == "wide" else shape.format(word) for name, word in sheet(seed).items()
    }
    assert keyless.post("/recovery/keys", **shaped).status_code == 303


def test_a_whole_sheet_pasted_into_the_first_field_counts(keyless: Pc, seed: bytes) -> None:
    pasted = "  ".join(f"{place:2d}: {word}" for place, word in enumerate(keys.sheet_words(seed), 1))
    assert keyless.post("/recovery/keys", word1=pasted).status_code == 303


def test_a_mistyped_number_is_marked_in_its_place_and_the_others_are_kept(keyless: Pc, seed: bytes) -> None:
    typed = sheet(seed)
    typed["word5"] = str(int(typed["word5"]) ^ 1).zfill(6)
    answer = keyless.post("/recovery/keys", **typed)
    assert answer.status_code == 422 and "第 5 个数" in answer.text
    assert hidden(answer.text, "word5") == typed["word5"] and hidden(answer.text, "word17") == typed["word17"]
    assert not (keyless.folder / opening.KEYS).exists()


def test_another_clinics_sheet_is_refused_and_changes_nothing(keyless: Pc) -> None:
    before = contents(keyless.folder)
    answer = keyless.post("/recovery/keys", **sheet(keys.new_seed()))
    assert answer.status_code == 422 and "打不开这个数据库" in answer.text
    assert contents(keyless.folder) == before and not list(keyless.folder.glob("keys*"))


@pytest.mark.parametrize("typed", [{}, {"word1": "'; DROP TABLE"}, {"word1": "\x00" * 9}, {"word1": "9" * 5000}])
def test_anything_else_is_a_sentence(keyless: Pc, typed: dict[str, str]) -> None:
    assert keyless.post("/recovery/keys", **typed).status_code == 422


def test_wrong_keys_are_moved_aside_never_deleted(pc: Pc, seed: bytes) -> None:
    foreign = keys.derive(keys.new_seed()).data_key.hex()
    (pc.folder / opening.KEYS / "data.key").write_text(foreign + "\n", "ascii")
    assert getattr(pc.start(), "code", "") == "keys.wrong"
    assert pc.post("/recovery/keys", **sheet(seed)).status_code == 303
    assert (pc.folder / "keys.old-1" / "data.key").read_text("ascii").strip() == foreign


def test_on_a_full_disk_putting_keys_back_is_a_sentence_and_moves_nothing(
    pc: Pc, seed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pc.folder / opening.KEYS / "data.key").write_text(keys.derive(keys.new_seed()).data_key.hex() + "\n", "ascii")
    pc.start()
    before = contents(pc.folder)

    def full(_handle: int, _text: str) -> None:
        os.close(_handle)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keys, "_write", full)
    answer = pc.post("/recovery/keys", **sheet(seed))
    assert answer.status_code == 422 and "磁盘满了" in answer.text
    assert contents(pc.folder) == before and not list(pc.folder.glob("keys.*"))


def test_trying_again_opens_the_clinic_once_it_is_mended_and_says_what_is_wrong_until_then(pc: Pc) -> None:
    (pc.folder / "keys").rename(pc.folder / "away")
    pc.start()
    assert pc.post("/recovery/again").location == "/recovery"
    (pc.folder / "away").rename(pc.folder / "keys")
    (pc.folder / opening.DATABASE).rename(pc.folder / "database away")
    pc.post("/recovery/again")
    assert "clinic.database_missing" in pc.client.get("/recovery").text
    (pc.folder / "database away").rename(pc.folder / opening.DATABASE)
    assert pc.post("/recovery/again").location == "/"
    assert pc.client.get("/health").status_code == 200
    assert (pc.folder / "run.lock").read_text().startswith("pid "), "from now on an end is told clean from unclean"


def test_a_double_click_walks_the_list_once(keyless: Pc, seed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    walked, real = [], checklist.walk
    monkeypatch.setattr(checklist, "walk", lambda attempt: (walked.append(1), real(attempt)))
    app = keyless.site.application
    csrf, answers = hidden(keyless.client.get("/recovery").text, "csrf"), []

    def click() -> None:
        data = {"csrf": csrf, **sheet(seed)}
        answers.append(app.test_client().post("/recovery/keys", data=data).location)  # type: ignore[attr-defined]

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers == ["/", "/"] and walked == [1]


def test_a_crash_while_trying_again_is_a_sentence(keyless: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_attempt: object) -> None:
        raise ZeroDivisionError("张三")

    monkeypatch.setattr(checklist, "walk", breaks)
    keyless.post("/recovery/again")
    page = keyless.client.get("/recovery").text
    assert "startup.fault" in page and "ZeroDivisionError" in page and "张三" not in page


def test_strangers_polls_and_other_sites_get_nothing(keyless: Pc) -> None:
    client = keyless.client
    assert client.get("/health").status_code == 503
    assert client.get("/patients/").location == "/recovery"
    poll = client.get("/status/chips", headers={"HX-Request": "true"})
    assert poll.status_code == 503 and poll.text == "" and poll.headers["HX-Reswap"] == "none"
    assert client.get("/recovery", headers={"Host": "evil.test"}).status_code == 421
    assert client.post("/recovery/again", data={"csrf": "x"}).status_code == 422
    csrf = hidden(client.get("/recovery").text, "csrf")
    crossed = client.post("/recovery/again", data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 422
    assert client.get("/recovery").headers["Cache-Control"] == "no-store"


def test_a_damaged_clinic_can_be_read_from_a_copy_and_not_written(damaged: Pc) -> None:
    before = contents(damaged.folder)
    assert getattr(damaged.why, "code", "") == "clinic.pages_damaged"
    assert damaged.post("/recovery/copy").location == "/"
    copy = damaged.attempt.copy
    assert copy is not None and (copy / "keys").is_symlink()
    client = damaged.client
    page = client.get("/sign-in").text
    assert "只能查看，不能写入" in page
    typed = {"staff_no": "0001", "password": practice.PASSWORD, "next": "/"}
    client.post("/sign-in", data={"csrf": hidden(page, "csrf"), **typed})
    home = client.get("/")
    assert home.status_code == 200 and "只能查看" in home.text
    csrf = hidden(client.get("/registration").text, "csrf")
    refused = client.post("/registration", data={"csrf": csrf, "once": "a-key-of-a-readable-copy"})
    assert refused.status_code == 422 and "只能查看" in refused.text
    assert contents(damaged.folder) == before
    damaged.end()
    assert not copy.exists()


def test_the_copy_of_a_killed_server_is_swept_away_and_one_in_use_is_not(pc: Pc) -> None:
    left, used = (Path(tempfile.mkdtemp(prefix=readable_copy.PREFIX)) for _ in range(2))
    lock = FolderLock(used)
    readable_copy.open_copy(pc.attempt)
    assert not left.exists() and used.exists()
    lock.release()
    shutil.rmtree(used)


def test_no_copy_is_offered_where_the_key_is_missing(keyless: Pc) -> None:
    assert "/recovery/copy" not in keyless.client.get("/recovery").text


def test_without_a_backup_none_is_offered(damaged: Pc) -> None:
    assert "/recovery/restore" not in damaged.client.get("/recovery").text


def backup_of(pc: Pc) -> Path:
    made = making.make(pc.attempt.config, "now", lambda *_: None)
    return next((pc.folder / "backups").rglob(made.file))


def test_a_backup_is_put_in_place_with_the_sheet_and_the_clinic_answers(pc: Pc, seed: bytes) -> None:
    file = backup_of(pc)
    damage_a_list(pc)
    pc.start()
    page = pc.client.get("/recovery").text
    assert f'value="{file}"' in page
    assert pc.post("/recovery/restore", offer="another", **sheet(seed)).status_code == 422
    assert pc.post("/recovery/restore", offer=str(file), word1="1").status_code == 422
    other = pc.post("/recovery/restore", offer=str(file), **sheet(keys.new_seed()))
    assert other.status_code == 422 and "恢复单不对" in other.text
    assert pc.post("/recovery/restore", offer=str(file), **sheet(seed)).location == "/recovery"
    assert pc.post("/recovery/again").location == "/"
    assert pc.client.get("/sign-in").status_code == 200 and db.damaged_pages() == []
    assert (pc.folder / "replaced-1" / opening.DATABASE).exists(), "the damaged one is kept"


def test_what_was_restored_is_told_in_words_before_anybody_enters(pc: Pc, seed: bytes) -> None:
    """Up to which minute, where the old files are, what does not hold: also when the page is loaded again."""
    pc.start()
    with db.write_transaction() as conn:
        conn.execute("UPDATE stock_balance SET on_hand = on_hand + 1")
    last = local_text(wall_of(audit.newest_hlc()))
    pc.end()
    file = backup_of(pc)
    damage_a_list(pc)
    pc.start()
    restore = {"offer": str(file), **sheet(seed)}
    pc.post("/recovery/restore", **restore)
    for _ in range(2):
        page = pc.client.get("/recovery").text
        assert last in page and "replaced-1" in page and "S1" in page and "照纸质单据补录" in page
    assert "It holds everything up to" in pc.client.get("/recovery?lang=en").text
    pc.post("/recovery/restore", **restore)
    assert not (pc.folder / "replaced-2").exists(), "a double click restores once"
    assert pc.post("/recovery/again").location == "/" and pc.client.get("/sign-in").status_code == 200


def spoil_first_page(pc: Pc, how: str) -> None:
    path = pc.folder / opening.DATABASE
    content = bytearray(path.read_bytes())
    if how == "a flipped bit":
        content[40] ^= 1
    elif how == "zeros":
        content[:4096] = bytes(4096)
    else:
        del content[1000:]
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["a flipped bit", "zeros", "cut off"])
def test_a_damaged_first_page_is_no_wrong_key_and_a_backup_is_offered(pc: Pc, seed: bytes, how: str) -> None:
    file = backup_of(pc)
    spoil_first_page(pc, how)
    assert getattr(pc.start(), "code", "") == "clinic.pages_damaged"
    page = pc.client.get("/recovery").text
    assert f'value="{file}"' in page and "/recovery/copy" not in page
    assert pc.post("/recovery/restore", offer=str(file), **sheet(seed)).status_code == 303
    assert pc.post("/recovery/again").location == "/"


@pytest.mark.parametrize("how", ["a flipped bit", "zeros", "cut off"])
def test_without_keys_and_first_page_the_right_sheet_leads_to_the_backup(pc: Pc, seed: bytes, how: str) -> None:
    file = backup_of(pc)
    spoil_first_page(pc, how)
    shutil.rmtree(pc.folder / opening.KEYS)
    assert getattr(pc.start(), "code", "") == "keys.missing"
    refused = pc.post("/recovery/keys", **sheet(seed))
    assert refused.status_code == 422 and "数据库有损坏" in refused.text and "打不开这个数据库" not in refused.text
    assert refused.text.count('id="word1"') == 1, "one sheet for both acts"
    assert hidden(refused.text, "word1") == keys.sheet_words(seed)[0]
    assert pc.post("/recovery/restore", offer=str(file), **sheet(seed)).status_code == 303
    assert pc.post("/recovery/again").location == "/"


def test_a_flipped_bit_in_a_key_file_asks_for_the_sheet(pc: Pc, seed: bytes) -> None:
    """Negative control of the damaged first page; a changed audit key would break the whole trail."""
    for name in ("data.key", "audit.key", "backup.recipient"):
        path = pc.folder / opening.KEYS / name
        text = path.read_text("ascii")
        path.write_text(("1" if text[0] == "0" else "0") + text[1:], "ascii")
        assert getattr(pc.start(), "code", "") == "keys.missing"
        assert pc.post("/recovery/keys", **sheet(seed)).location == "/"


def test_no_copy_is_offered_that_could_not_be_opened(
    pc: Pc, killed: object, flip: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (pc.folder / f"{opening.DATABASE}-wal").read_bytes()
    flip(f"{opening.DATABASE}-wal")
    assert getattr(pc.start(), "code", "") == "clinic.wal_damaged"
    assert "/recovery/copy" not in pc.client.get("/recovery").text
    (pc.folder / f"{opening.DATABASE}-wal").write_bytes(whole)
    assert pc.start() is None
    with db.write_transaction() as conn:
        conn.execute("INSERT INTO migration VALUES('beds', '0009_wards', 'x')")
    assert getattr(pc.start(), "code", "") == "schema.newer"
    assert "/recovery/copy" not in pc.client.get("/recovery").text
    monkeypatch.setattr(db, "OLDEST_SAFE_SQLITE", (99, 0, 0))
    assert getattr(pc.start(), "code", "") == "startup.old_library"
    assert "/recovery/copy" not in pc.client.get("/recovery").text
    asked = pc.post("/recovery/copy")
    assert asked.status_code == 422 and "startup.old_library" in asked.text and pc.attempt.copy is None


def test_the_page_gives_a_bundle_to_whoever_helps(keyless: Pc) -> None:
    answer = keyless.post("/recovery/bundle")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert json.loads(file.read("program.json"))["not_started"] == "keys.missing"
        assert json.loads(file.read("checks.json"))["key_files"] == "fault"


def test_a_copy_that_cannot_be_opened_either_is_said_in_words_of_its_own(damaged: Pc) -> None:
    path = damaged.folder / opening.DATABASE
    path.write_bytes(path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096))
    damaged.attempt.stop()
    assert damaged.start() is not None
    why = damaged.why
    page = damaged.post("/recovery/copy")
    assert page.status_code == 422 and "连只读副本也打不开" in page.text, why
    assert damaged.site.application.name == "clinic_app"  # type: ignore[attr-defined]
    assert damaged.client.get("/health").status_code == 503, "still the recovery page"


def test_a_cut_backup_is_named_on_the_page_and_not_offered(damaged: Pc) -> None:
    folder = damaged.folder / "backups" / "daily"
    folder.mkdir(parents=True)
    (folder / "QX01-20261120-080000-daily.xybackup").write_bytes(b"XIANGYI-BACKUP 1\n{")
    page = damaged.client.get("/recovery").text
    assert "这些备份文件坏了" in page and "QX01-20261120-080000-daily.xybackup" in page and 'name="offer"' not in page
