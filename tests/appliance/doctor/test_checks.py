"""Each check: what it calls fine, to be known, to be done and a fault, at its limits."""

import os
import shutil
from collections import namedtuple
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.doctor import examination, sources
from appliance.doctor.checks import (
    accounts,
    backups,
    certificate,
    clock,
    desks,
    disk,
    folder_rights,
    key_files,
    lan,
    log_size,
    pages,
    printers,
    set_aside,
    unclean_ends,
)
from appliance.doctor.finding import FAULT, NOTICE, OK, WARNING, Place
from appliance.lan import settings
from appliance.lan.settings import LanSettings
from appliance.startup import record
from clinic_app.kernel import condition, i18n, installation, maintenance, ports
from clinic_app.kernel.clock import SystemTime, today
from clinic_app.kernel.clock import clock as kernel_clock
from clinic_app.kernel.maintenance import ALARM_BYTES
from clinic_app.modules.people import queries as people
from clinic_app.modules.people import services
from tests.conftest import Clinic
from tests.modules.desks.lan import KeptLan

Usage = namedtuple("Usage", "total used free")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
now = SystemTime().wall_ms


@pytest.mark.parametrize(
    ("hours", "state"), [(0, OK), (23, OK), (24, WARNING), (71, WARNING), (72, FAULT), (None, FAULT)]
)
def test_backups_by_the_age_of_the_newest(
    place: Place, monkeypatch: pytest.MonkeyPatch, hours: int | None, state: str
) -> None:
    at = kernel_clock.read().at
    made = [] if hours is None else [at - hours * HOUR_MS, at - 500 * HOUR_MS]
    monkeypatch.setattr(sources, "verified_backups", lambda _place: made)
    assert backups.check(place).state == state


def test_without_a_backup_room_there_is_no_backup(place: Place) -> None:
    assert backups.check(place).state == FAULT


@pytest.mark.parametrize(
    ("free", "state"), [((512 << 20) - 1, FAULT), (512 << 20, WARNING), ((2 << 30) - 1, WARNING), (2 << 30, OK)]
)
def test_the_disk_by_its_free_space(place: Place, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 40, 0, free))
    assert disk.check(place).state == state


@pytest.mark.parametrize(("free", "said"), [((10 << 30) - 1, "10239 MB"), (10 << 30, "10 GB"), (52 << 30, "52 GB")])
def test_large_disks_are_told_in_gigabytes(
    place: Place, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 40, 0, free))
    assert said in disk.check(place).sentence


def test_what_is_needed_is_rounded_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 40, 0, 20 << 30))
    monkeypatch.setattr(disk, "WARNING_BYTES", (20 << 30) + 1)
    assert "剩 20 GB" in disk.check(place).sentence and "要 21 GB" in disk.check(place).sentence


def test_a_used_reserve_is_a_fault_whatever_is_free(place: Place) -> None:
    condition.set_standing(condition.RESERVE_USED, True)
    try:
        assert disk.check(place).state == FAULT
    finally:
        condition.clear()
    assert disk.check(place).text != "磁盘快满了，只剩 %(free)s，备用空间已经放出来。"


class Wrong(SystemTime):
    """The clock of a PC that lost its battery: years back."""

    def wall_ms(self) -> int:
        return super().wall_ms() - 8 * 365 * DAY_MS


def test_a_clock_eight_years_back_is_a_fault_that_leads_to_the_clock_page(place: Place) -> None:
    kernel_clock.start(kernel_clock.newest, Wrong())
    found = clock.check(place)
    assert (found.state, found.next_url) == (FAULT, "/clock") and "%(" not in found.sentence
    kernel_clock.start(kernel_clock.newest)
    assert clock.check(place).state in (OK, NOTICE)


@pytest.mark.parametrize("name", ["", "data.key", "audit.key"])
def test_keys_that_others_may_read_are_a_fault(place: Place, name: str) -> None:
    assert key_files.check(place).state == OK
    path = place.config.data / "keys" / name
    os.chmod(path, 0o750 if not name else 0o640)
    assert key_files.check(place).state == FAULT


def test_a_missing_key_is_a_fault_and_a_former_one_is_to_be_put_away(place: Place) -> None:
    (place.config.data / "keys.old-1").mkdir()
    assert key_files.check(place).state == WARNING
    (place.config.data / "keys" / "data.key").unlink()
    assert key_files.check(place).state == FAULT


LEFT = ("replaced-1/clinic.sqlite3", "incoming-2/.DS_Store", "clinic.sqlite3.old-1")


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize(("days", "state"), [(0, NOTICE), (29, NOTICE), (30, WARNING)])
def test_what_was_set_aside_is_named_with_its_size_and_age(place: Place, left: str, days: int, state: str) -> None:
    assert set_aside.check(place).state == OK
    path = place.config.data / left
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes((3 << 20) + 1))
    top = place.config.data / left.split("/", maxsplit=1)[0]
    at = now() / 1000 - days * 86_400 - 60
    os.utime(top, (at, at))
    found = set_aside.check(place)
    assert found.state == state and top.name in found.sentence
    assert "4 MB" in found.sentence and f" {days} 天" in found.sentence


@pytest.mark.parametrize(("mode", "state"), [(0o700, OK), (0o750, WARNING), (0o701, WARNING), (0o770, FAULT)])
def test_the_data_folder_by_who_may_enter_it(place: Place, mode: int, state: str) -> None:
    os.chmod(place.config.data, mode)
    assert folder_rights.check(place).state == state


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "没有查"), ("en", "not looked at")])
def test_on_windows_the_rights_are_not_called_fine_unseen(
    place: Place, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    os.chmod(place.config.data, 0o777)
    monkeypatch.setattr(folder_rights, "os", SimpleNamespace(name="nt"))
    found = folder_rights.check(place)
    with i18n.using(language):
        assert found.state == NOTICE and said in found.sentence


@pytest.mark.parametrize(
    ("size", "state"), [(ALARM_BYTES, OK), (ALARM_BYTES + 1, WARNING), (2 * ALARM_BYTES + 1, FAULT)]
)
def test_the_log_by_its_length(place: Place, monkeypatch: pytest.MonkeyPatch, size: int, state: str) -> None:
    monkeypatch.setattr(sources, "log_bytes", lambda _place: size)
    assert log_size.check(place).state == state


@pytest.mark.parametrize(("count", "state"), [(0, OK), (1, NOTICE), (3, NOTICE), (4, WARNING)])
def test_unclean_ends_by_their_number_in_thirty_days(place: Place, count: int, state: str) -> None:
    long_ago = [now() - 31 * DAY_MS] * 9
    record.write(place.config.data, record.Record(0, (*long_ago, *[now() - DAY_MS] * count)))
    assert unclean_ends.check(place).state == state


@pytest.mark.parametrize(
    ("days", "state"), [(None, OK), (31, OK), (29, WARNING), (0, WARNING), (-1, FAULT)]
)
def test_the_certificate_by_its_end(
    place: Place, monkeypatch: pytest.MonkeyPatch, days: int | None, state: str
) -> None:
    ends = None if days is None else kernel_clock.read().at + days * DAY_MS + HOUR_MS
    monkeypatch.setattr(sources, "certificate_ends", lambda _place: ends)
    assert certificate.check(place).state == state


def test_a_shut_door_of_the_lan_is_a_fault(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptLan()
    monkeypatch.setattr(ports.bound, "lan", kept)
    monkeypatch.setattr(kept, "trouble", lambda: "port")
    assert lan.check(place).state == OK, "nobody wants it open"
    settings.save(place.config.data / "lan", LanSettings(True, False, 8643, ("xiangyi.local",)))
    shut = ("port", "certificate", "authority", "ended", "expired", "no_address")
    for trouble, state in (("", OK), ("starting", OK), ("clock", OK), *((one, FAULT) for one in shut)):
        monkeypatch.setattr(kept, "trouble", lambda trouble=trouble: trouble)
        assert lan.check(place).state == state, trouble
    monkeypatch.setattr(ports.bound, "lan", None)
    assert lan.check(place).state == NOTICE, "the command line does not know"


def test_damaged_pages_are_a_fault(place: Place) -> None:
    assert pages.check(place).state == OK, "a clinic made just now owes no count"
    assert pages.check(Place(place.config, reads_pages=True)).state == OK
    maintenance.note_damage(["Tree 3 page 3"])
    try:
        assert pages.check(place).state == FAULT
    finally:
        maintenance.note_damage(())


def test_a_clinic_never_counted_is_to_be_known_after_a_month(place: Place, clinic: Clinic) -> None:
    for days, state in ((35, OK), (36, NOTICE)):
        at = kernel_clock.read().at - days * DAY_MS + HOUR_MS * (1 if days == 35 else -1)
        clinic.raw("UPDATE installation SET created_at = ?", (at,))
        installation.load()
        found = pages.check(place)
        assert found.state == state and "一个多月" not in found.sentence


def test_papers_of_unknown_fate_are_to_be_done(place: Place, clinic: Clinic) -> None:
    assert printers.check(place).state == OK
    desk = clinic.desk_of("cashier")
    clinic.raw("UPDATE desk SET printer_kind = 'none' WHERE id = ?", (desk,))
    assert printers.check(place).state == NOTICE


def test_desks_that_nobody_uses_are_to_be_known(place: Place, clinic: Clinic) -> None:
    assert desks.check(place).state == OK
    clinic.raw(
        "INSERT INTO session(id, token_hash, csrf, desk_id, created_at) VALUES(?, ?, 'x', ?, ?)",
        (bytes(16), bytes(32), clinic.desk_of("cashier"), kernel_clock.read().at - 91 * DAY_MS),
    )
    found = desks.check(place)
    assert found.state == NOTICE and "收费 1号窗" in found.sentence
    clinic.raw("UPDATE desk SET is_open = 0")
    assert desks.check(place).state == WARNING


def age(clinic: Clinic, days: int) -> None:
    """All accounts were made so long ago."""
    clinic.raw("UPDATE account SET created_at = ?", (kernel_clock.read().at - days * DAY_MS,))


def test_accounts_that_nobody_used_for_ninety_days_are_to_be_done(place: Place, clinic: Clinic) -> None:
    age(clinic, 89)
    assert accounts.check(place).state == NOTICE, "one administrator only"
    age(clinic, 91)
    found = accounts.check(place)
    assert found.state == WARNING and "0001" in found.sentence and "王慧" not in found.sentence


def test_the_last_administrator_is_to_be_known_and_none_is_a_fault(place: Place, clinic: Clinic) -> None:
    only = people.administrators()
    assert len(only) == 1 and accounts.check(place).state == NOTICE
    second = people.find_by_staff_no("0006")
    assert second is not None
    clinic.raw("INSERT INTO person_role VALUES(?, 'administrator')", (second.id,))
    assert accounts.check(place).state == OK
    clinic.raw("DELETE FROM person_role WHERE role = 'administrator'")
    assert accounts.check(place).state == FAULT


def test_a_password_of_three_years_is_to_be_known(place: Place, clinic: Clinic) -> None:
    second = people.find_by_staff_no("0006")
    assert second is not None
    clinic.raw("INSERT INTO person_role VALUES(?, 'administrator')", (second.id,))
    old = today() - timedelta(days=3 * 365 + 1)
    clinic.raw("UPDATE account SET password_on = ? WHERE person_id = ?", (old.isoformat(), second.id))
    found = accounts.check(place)
    assert found.state == NOTICE and "0006" in found.sentence


def test_the_fixed_password_is_a_fault_in_a_real_clinic_only(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    monkeypatch.setattr(services, "has_practice_password", lambda one: looked.append(one) or len(looked) == 2)
    close = Place(place.config, compares_passwords=True)
    assert accounts.check(close).state == NOTICE and not looked, "in practice everybody has it"

    class Real:
        is_practice = False

    monkeypatch.setattr(accounts.installation, "current", Real)
    assert accounts.check(place).state == NOTICE and not looked, "not on the page: it takes half a second"
    assert accounts.check(close).state == FAULT and len(looked) > 5


def test_the_fixed_password_is_recognised(clinic: Clinic) -> None:
    found = people.find_by_staff_no("0001")
    assert found is not None and services.has_practice_password(found.id)
    clinic.raw("UPDATE account SET password_hash = NULL WHERE person_id = ?", (found.id,))
    assert not services.has_practice_password(found.id)


def test_a_check_that_breaks_off_is_a_fault_and_the_others_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_path: object) -> Any:
        raise PermissionError("张三的文件")

    monkeypatch.setattr(shutil, "disk_usage", breaks)
    found = dict((check.id, finding) for check, finding in examination.examine(place))
    assert found["disk"].state == FAULT and "张三" not in found["disk"].sentence
    assert found["printers"].state == OK and len(found) == len(examination.CHECKS)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_sentence_is_drawn_in_the_language(place: Place, language: str) -> None:
    with i18n.using(language):
        for check, finding in examination.examine(place):
            text = f"{i18n.gettext(check.title)} {finding.sentence} {i18n.gettext(finding.next_text)}"
            assert "%(" not in text
            words = text.replace("、", "")
            if language == "en" and check.id not in ("desks", "printers"):  # those name desks
                assert words.isascii() or "…" in words, text
