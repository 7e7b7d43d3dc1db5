"""The reserve: taken while there is room, given free on a full disk so that the day can be closed, taken again."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from appliance.startup import ballast
from appliance.startup.ballast import Ballast
from clinic_app.kernel import condition, db, i18n
from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging import services as charging
from tests import visit
from tests.conftest import Clinic
from tests.faults.failing_disk import FailingVfs
from tests.faults.test_full_disk import clinic as clinic_on_the_disk
from tests.faults.test_full_disk import disk as failing
from tests.faults.test_full_disk import ready_to_charge

Usage = namedtuple("Usage", "total used free")
clinic, disk = clinic_on_the_disk, failing
MIB = 1 << 20


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets how much the disk says is free."""
    said = {"free": 100 * MIB}
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 33, 0, said["free"]))
    yield lambda number: said.update(free=number)
    condition.clear()


def test_it_is_taken_given_free_and_taken_again(tmp_path: Path, free: Callable[[int], None]) -> None:
    held = Ballast(tmp_path, 4 * MIB)
    held.tend()
    assert held.is_held and held.path.stat().st_size == 4 * MIB
    assert held.path.stat().st_blocks * 512 >= 4 * MIB, "blocks of its own, no hole"
    free(ballast.LOW_BYTES)
    held.tend()
    assert held.is_held and not condition.stands(condition.RESERVE_USED)
    free(ballast.LOW_BYTES - 1)
    held.tend()
    assert not held.is_held and condition.stands(condition.RESERVE_USED)
    free(12 * MIB - 1)
    held.tend()
    assert not held.is_held and condition.stands(condition.RESERVE_USED)
    free(12 * MIB)
    held.tend()
    assert held.is_held and not condition.stands(condition.RESERVE_USED)


@pytest.mark.parametrize(("total", "size"), [(100 * MIB, 4), (1 << 30, 16), (1 << 32, 64), (1 << 40, 64)])
def test_it_is_a_small_part_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, size: int
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(total, 0, 0))
    assert Ballast(tmp_path).size == size * MIB


def test_a_reserve_that_finds_no_room_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ballast, "_reserve", full)
    held = Ballast(tmp_path, MIB)
    held.tend()
    assert not held.is_held and list(tmp_path.iterdir()) == []


def test_a_full_disk_gives_the_reserve_free_and_the_day_can_be_closed(
    clinic: Clinic, disk: FailingVfs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 9: the first press is a sentence and stores nothing, the second closes the shift."""
    held = Ballast(clinic.folder, MIB)
    held._take()

    def give_free() -> bool:
        found = held.release()
        disk.writes_left = None if found else disk.writes_left
        return found

    monkeypatch.setattr(db, "when_full", give_free)
    visit.pay(clinic, ready_to_charge(clinic))
    disk.writes_left = 0
    with pytest.raises(Refused) as first:
        close_shift(clinic)
    assert first.value.code == "kernel.disk_full_once" and "再按一次就行" in i18n.refusal(first.value)
    assert not held.is_held and condition.stands(condition.RESERVE_USED)
    assert db.value("SELECT count(*) FROM shift WHERE closed_at IS NOT NULL") == 0
    assert close_shift(clinic)["state"] == "closed"
    disk.writes_left = 0
    with pytest.raises(Refused) as second:
        visit.arrive(clinic)
    assert second.value.code == "kernel.disk_full", "there is one reserve only"
    condition.clear()


def close_shift(clinic: Clinic) -> Any:
    """Counted, and the difference explained."""
    count = charging.Count(counted_fen=1)
    act = partial(charging.close_shift, count=count, why="钱箱没有数完，明天补数")
    return clinic.run(clinic.actor("cashier"), act)
