"""The page of the backups, its commands and its chip."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic_app.kernel import db, installation
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import BackupFile, BackupProgress, BackupVolume
from clinic_app.kernel.rights import SYSTEM
from clinic_app.modules.backups import queries, services
from clinic_app.modules.backups.rules import HOUR_MS
from tests.conftest import Browser, Clinic
from tests.modules.backups.conftest import Maker

Browsers = Callable[..., Browser]
TARGET = {"place": "/media/blue", "folder": "", "name": "蓝色 U 盘", "copy_no": "2"}


def made(hours_ago: int, number: int = 1, copies: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {
        "file": f"XQX01-{number}.xybackup", "kind": "hourly", "bytes": 5_000_000,
        "made_at": clock.read().at - hours_ago * HOUR_MS, "total_ms": 900, "restore_ms": 700, "statements": 85,
        "broken": [], "copies": list(copies),
    }  # fmt: skip


def record(clinic: Clinic, hours_ago: int, **given: Any) -> None:
    clinic.run(SYSTEM, lambda uow: services.record_made(uow, made(hours_ago, **given)))


def add_target(clinic: Clinic, copy_no: int = 2) -> bytes:
    result = clinic.run(
        clinic.actor("administrator"),
        lambda uow: services.add_target(uow, kind="volume", place=f"mark{copy_no}", name="盘", copy_no=copy_no),
    )
    return bytes.fromhex(result["target_id"])


def chip(clinic: Clinic, role: str) -> list[tuple[str, str]]:
    return [(one.text, one.state) for one in queries.chips(clinic.actor(role))]


def make_real(clinic: Clinic) -> None:
    """A practice clinic is forgiven; most rules are of a real one."""
    clinic.raw("UPDATE installation SET is_practice = 0")
    installation.load()


def test_a_backup_made_by_the_server_is_on_the_page_with_its_drill(
    clinic: Clinic, maker: Maker, browser_as: Browsers
) -> None:
    record(clinic, 0)
    maker.kept = [BackupFile("XQX01-1.xybackup", "hourly", clock.read().at, 5 << 20)]
    html = browser_as("manager").get("/backups/").text
    assert "XQX01-1.xybackup" in html and "5.0 MB" in html and "刚做" in html
    assert "0.7 秒读回" in html and "85 条核对过" in html


def test_pressing_f9_asks_for_one_once(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    browser = browser_as("technician")
    assert browser.post("/backups/now", once="the-same-key-twice").status_code == 303
    assert browser.post("/backups/now", once="the-same-key-twice").status_code == 303
    assert maker.asked == 1
    assert db.value("SELECT count(*) FROM audit WHERE action = 'backups.ask_now'") == 1


def test_without_a_maker_it_is_a_sentence(clinic: Clinic, browser_as: Browsers) -> None:
    answer = browser_as("manager").post("/backups/now")
    assert answer.status_code == 422 and "重启服务器" in answer.text
    assert "现在不能备份" in browser_as("manager").get("/backups/").text


def test_one_under_way_shows_what_it_does_and_polls(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    maker.now = BackupProgress("encrypting", 40)
    browser = browser_as("manager")
    html = browser.get("/backups/state", **{"HX-Request": "true"}).text
    assert "正在加密" in html and 'value="40"' in html and 'hx-trigger="every 1s"' in html
    assert "HX-Trigger" not in browser.get("/backups/state").headers
    maker.now = None
    last = browser.get("/backups/state")
    assert 'hx-trigger="every 1s"' not in last.text and "chipsChanged" in last.headers["HX-Trigger"]
    assert "chipsChanged from:body" in browser.get("/backups/").text


def test_a_disk_becomes_a_target_by_its_mark_and_is_given_up_again(
    clinic: Clinic, maker: Maker, browser_as: Browsers
) -> None:
    browser = browser_as("administrator")
    assert browser.post("/backups/targets", TARGET).status_code == 303
    target = queries.targets()[0]
    assert (target.kind, target.place, target.copy_no, target.is_there) == ("volume", "00ff00ff00ff00ff", 2, True)
    assert "蓝色 U 盘" in browser.get("/backups/").text
    assert "加过了" in browser.post("/backups/targets", TARGET).text
    assert browser.post(f"/backups/targets/{target.id.hex()}/end").status_code == 303
    assert queries.targets() == [] and queries.copies_set_up() == {}
    assert browser.post(f"/backups/targets/{target.id.hex()}/end").status_code == 404


def test_a_disk_that_is_a_target_is_not_offered_again(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    maker.there = [BackupVolume("/media/blue", 30 << 30, "00ff00ff00ff00ff"), BackupVolume("/media/red", 30 << 30)]
    assert "/media/blue ·" in browser.get("/backups/").text
    assert browser.post("/backups/targets", TARGET).status_code == 303
    html = browser.get("/backups/").text
    assert "/media/blue ·" not in html and "/media/red ·" in html
    by_path = {"place": "", "folder": "/mnt/red", "name": "红盘", "copy_no": "3"}
    assert browser.post("/backups/targets", by_path).status_code == 303
    maker.there = [BackupVolume("/mnt/red", 30 << 30)]
    assert "/mnt/red ·" not in browser.get("/backups/").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    (
        ({"place": "", "folder": ""}, "选一块插着的盘"),
        ({"place": "/media/gone"}, "备份盘不在"),
        ({"place": "", "folder": "/home/x"}, "不能放备份"),
        ({"name": ""}, "1 到 30 个字"),
        ({"copy_no": "1"}, "选一下"),
    ),
)
def test_a_target_that_cannot_be_one_is_a_sentence_and_what_was_typed_stays(
    clinic: Clinic, maker: Maker, browser_as: Browsers, wrong: dict[str, str], said: str
) -> None:
    answer = browser_as("administrator").post("/backups/targets", {**TARGET, **wrong})
    assert answer.status_code == 422 and said in answer.text
    assert queries.targets() == []


def test_why_a_target_has_no_copy_stands_beside_it(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    target_id = add_target(clinic)
    gone = {
        "target_id": target_id.hex(), "copy_no": 2, "reason": "backup.target_missing", "facts": {"place": "蓝盘"}
    }  # fmt: skip
    record(clinic, 0, copies=(gone,))
    assert "备份盘不在（蓝盘）" in browser_as("manager").get("/backups/").text
    assert queries.newest_copies().get(2) is None


def test_a_backup_that_failed_says_why(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    record(clinic, 3)
    clinic.run(SYSTEM, lambda uow: services.record_refused(uow, "hourly", Refused("backup.no_room", need=9, free=1)))
    html = browser_as("manager").get("/backups/").text
    assert "上一次备份没有做成" in html and "要 9 MB，只剩 1 MB" in html
    record(clinic, 0, number=2)
    assert "上一次备份没有做成" not in browser_as("manager").get("/backups/").text


def test_the_same_file_is_noted_once(clinic: Clinic) -> None:
    record(clinic, 1)
    record(clinic, 1)
    assert db.value("SELECT count(*) FROM backup_run") == 1


def test_the_chip_is_red_for_everybody_after_24_hours(clinic: Clinic) -> None:
    make_real(clinic)
    add_target(clinic)
    disk = {"target_id": queries.targets()[0].id.hex(), "copy_no": 2, "reason": "", "facts": {}}
    record(clinic, 25, copies=(disk,))
    assert chip(clinic, "cashier") == [("备份停了 25 小时", "off")]
    assert [one.url for one in queries.chips(clinic.actor("manager"))] == ["/backups/"]
    record(clinic, 23, number=2, copies=(disk,))
    assert chip(clinic, "cashier") == []
    assert chip(clinic, "manager") == [("备份 23 小时前", "ok")]


def test_that_there_is_one_copy_only_is_told_to_those_who_look_after_it(clinic: Clinic) -> None:
    make_real(clinic)
    record(clinic, 1)
    assert chip(clinic, "administrator") == [("备份只在本机", "warn")] and chip(clinic, "doctor") == []
    add_target(clinic)
    assert chip(clinic, "administrator") == [("备份盘还没有备份", "warn")]
    disk = {"target_id": queries.targets()[0].id.hex(), "copy_no": 2, "reason": "", "facts": {}}
    record(clinic, 50, number=2, copies=(disk,))
    assert chip(clinic, "doctor") == [("备份盘 2 天没备份", "off")]


def test_the_chip_names_the_copy_that_is_missing(clinic: Clinic) -> None:
    make_real(clinic)
    stick = {"target_id": add_target(clinic, 3).hex(), "copy_no": 3, "reason": "", "facts": {}}
    record(clinic, 1)
    assert chip(clinic, "administrator") == [("备份只在本机", "warn")]
    record(clinic, 0, number=2, copies=(stick,))
    assert chip(clinic, "administrator") == [("院里另一块盘没有备份", "warn")]


def test_this_pc_is_as_safe_as_the_files_that_lie_here(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    record(clinic, 0)
    html = browser_as("manager").get("/backups/state").text
    assert "刚做" not in html and "还没有备份" in html
    maker.kept = [BackupFile("XQX01-9.xybackup", "now", clock.read().at, 5 << 20)]
    assert "刚做" in browser_as("manager").get("/backups/state").text


def test_a_practice_clinic_troubles_nobody_at_work(clinic: Clinic) -> None:
    record(clinic, 90)
    assert chip(clinic, "cashier") == [] and chip(clinic, "manager") == [("备份停了 90 小时", "off")]


def test_only_those_who_look_after_the_clinic_see_and_only_the_administrator_sets_up(
    clinic: Clinic, maker: Maker, browser_as: Browsers
) -> None:
    for role in ("registrar", "doctor", "cashier", "auditor"):
        assert browser_as(role).get("/backups/").status_code == 403, role
    manager = browser_as("manager")
    assert manager.post("/backups/targets", TARGET).status_code == 403
    assert "加备份盘" not in manager.get("/backups/").text
    assert "加备份盘" in browser_as("administrator").get("/backups/").text


def test_the_page_in_english(clinic: Clinic, maker: Maker, browser_as: Browsers) -> None:
    browser = browser_as("administrator")
    browser.post("/language", {"language": "en", "next": "/backups/"})
    html = browser.get("/backups/").text
    assert "The three copies" in html and "Back up now" in html and "Away from the house" in html
