"""A charge on a disk that is full, fails or became read-only: a sentence, nothing half-written, and it works again."""

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance import practice
from clinic_app import registry
from clinic_app.kernel import access_log, db, i18n, keys, opening
from clinic_app.kernel.errors import Refused
from tests import visit
from tests.conftest import Clinic, config_of, hidden
from tests.faults import creation_workload as creation
from tests.faults import migration_workload as migration
from tests.faults import small_clinic
from tests.faults.failing_disk import VFS_NAME, FailingVfs, failing_disk
from tests.faults.product_workload import broken_invariant, broken_numbers

MOST_WRITES = 200
KEY = "a-key-of-a-full-disk-1"


@pytest.fixture
def disk() -> Iterator[FailingVfs]:
    vfs = failing_disk()
    yield vfs
    vfs.mend()


@pytest.fixture
def clinic(folder: Path, disk: FailingVfs) -> Iterator[Clinic]:
    """Instead of the clinic of all tests: one on the failing disk, so that `app` and `browser_as` are on it too."""
    config = config_of(folder)
    modules = registry.wire(config)
    opening.open_clinic(folder, registry.migration_steps(), vfs=VFS_NAME)
    i18n.use("zh-CN")
    yield Clinic(folder, config, modules)
    disk.mend()
    db.close_database()


def stored() -> tuple[Any, ...]:
    """Everything that a charge writes."""
    tables = ("bill", "bill_line", "payment", "once", "audit", "outbox", "job", "stock_reservation", "series")
    known = {name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    counts = [(table, db.value(f"SELECT count(*) FROM {table}")) for table in tables if table in known]
    return (*counts, db.value("SELECT sum(last) FROM series"), db.value("SELECT count(*) FROM charge_line"))


def ready_to_charge(clinic: Clinic) -> bytes:
    arrived = visit.arrive(clinic)
    visit.consult(clinic, arrived["visit_id"], ("D0011",))
    visit_id: bytes = arrived["visit_id"]
    return visit_id


def sound() -> str:
    return "; ".join(db.damaged_pages()) or broken_numbers() or broken_invariant()


def test_a_disk_full_at_any_write_of_a_charge_leaves_nothing_of_it(
    clinic: Clinic, disk: FailingVfs, figure: Callable[[str], None]
) -> None:
    visit_id, bills = ready_to_charge(clinic), db.value("SELECT count(*) FROM bill")
    visit.pay(clinic, ready_to_charge(clinic))  # the reading of the chart is logged before the disk is full
    refused = 0
    before = None
    for writes in range(MOST_WRITES):
        try:
            if before is None:
                disk.writes_left = None
                visit.access_log.record(clinic.actor("cashier"), _patient(visit_id), "收费")
                before = stored()
            disk.writes_left = writes
            visit.pay(clinic, visit_id)
            break
        except Refused as err:
            assert err.code == "kernel.disk_full", err.code
            refused += 1
            assert stored() == before
    disk.mend()
    figure(f"disk full: at each of {refused} writes of a charge")
    assert refused > 5, "the disk was never full"
    assert db.value("SELECT count(*) FROM bill") == bills + 2
    assert sound() == ""


def _patient(visit_id: bytes) -> bytes:
    found: bytes = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,))
    return found


def test_the_cashier_reads_a_sentence_and_the_same_form_works_once_there_is_space(
    clinic: Clinic, disk: FailingVfs, browser_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "BUCKET_MS", 10**13)  # the chart stays logged, whatever the clock says
    visit_id = ready_to_charge(clinic)
    cashier = browser_as("cashier")
    url = f"/charging/visits/{visit_id.hex()}"
    form, before = _form(cashier.get(url).text), stored()
    disk.writes_left = 0
    answer = cashier.post(f"{url}/charge", form, once=KEY)
    assert answer.status_code == 422 and "磁盘满了" in answer.text
    assert cashier.get(url).status_code == 200, "reading goes on"
    assert stored() == before
    disk.mend()
    assert cashier.post(f"{url}/charge", form, once=KEY).status_code == 303
    assert cashier.post(f"{url}/charge", form, once=KEY).headers["Replayed"] == "1"
    assert db.value("SELECT count(*) FROM bill WHERE visit_id = ?", (visit_id,)) == 1
    assert sound() == ""


@pytest.mark.parametrize("how", ("sync", "read-only"))
def test_after_a_failed_disk_nothing_is_written_until_the_server_starts_again(
    clinic: Clinic, disk: FailingVfs, browser_as: Any, how: str
) -> None:
    """A sync that failed once may say yes the next time though the pages are gone (fsyncgate)."""
    visit_id = ready_to_charge(clinic)
    cashier = browser_as("cashier")
    url = f"/charging/visits/{visit_id.hex()}"
    form, before = _form(cashier.get(url).text), stored()
    if how == "sync":
        disk.syncs_left = 0
    else:
        disk.is_read_only = True
    for _again in range(2):
        answer = cashier.post(f"{url}/charge", form, once=KEY)
        assert answer.status_code == 422 and "重启服务器" in answer.text
        disk.mend()
    assert stored() == before
    assert cashier.get(url).status_code == 200, "reading goes on"
    db.close_database()
    opening.open_clinic(clinic.folder, registry.migration_steps(), vfs=VFS_NAME)
    assert cashier.post(f"{url}/charge", form, once=KEY).status_code == 303
    assert db.value("SELECT count(*) FROM bill WHERE visit_id = ?", (visit_id,)) == 1
    assert sound() == ""


def _form(page: str) -> dict[str, Any]:
    total = int(hidden(page, "total_fen"))
    return {
        "total_fen": str(total), "cash": f"{total / 100:.2f}",
        "line": re.findall(r'name="line" value="([^"]*)"', page),
        "sheet": re.findall(r'name="sheet" value="([^"]*)"', page),
    }  # fmt: skip


def test_a_disk_full_while_a_clinic_is_made_is_a_sentence_and_it_is_made_once_there_is_room(
    tmp_path: Path, disk: FailingVfs
) -> None:
    steps, refused = creation.steps(), 0
    for writes in (0, 1, 3, 8, 20, 50, 150, 250):
        disk.writes_left = writes
        with pytest.raises(Refused) as err:
            opening.create_clinic(tmp_path, keys.new_seed(), practice.FACTS, steps, small_clinic.fill, vfs=VFS_NAME)
        refused += err.value.code == "kernel.disk_full"
        assert not opening.exists(tmp_path)
    assert refused == 8
    disk.mend()
    opening.create_clinic(tmp_path, keys.new_seed(), practice.FACTS, steps, small_clinic.fill, vfs=VFS_NAME)
    opening.open_clinic(tmp_path, steps)
    assert sound() == ""
    db.close_database()


def test_keys_that_find_no_room_are_a_sentence_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    steps = creation.steps()
    monkeypatch.setattr(keys, "sync_folder", full)
    with pytest.raises(Refused) as err:
        opening.create_clinic(tmp_path, keys.new_seed(), practice.FACTS, steps, small_clinic.fill)
    assert err.value.code == "kernel.disk_full" and not opening.exists(tmp_path)
    monkeypatch.undo()
    opening.create_clinic(tmp_path, keys.new_seed(), practice.FACTS, steps, small_clinic.fill)
    assert opening.exists(tmp_path)


def test_a_clinic_opened_on_a_full_disk_is_not_called_damaged(folder: Path, disk: FailingVfs) -> None:
    registry.wire(config_of(folder))
    disk.writes_left = 0
    with pytest.raises(Refused) as err:
        opening.open_clinic(folder, [*registry.migration_steps(), *migration.NEWER], vfs=VFS_NAME)
    assert err.value.code == "kernel.disk_full"
    db.close_database()
    disk.mend()
    opening.open_clinic(folder, registry.migration_steps(), vfs=VFS_NAME)
    assert sound() == ""
    db.close_database()
