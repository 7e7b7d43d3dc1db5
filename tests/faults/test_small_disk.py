"""The real server on a real small disk: full during a charge, then read-only at the start. Needs root for the mount."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kill_clients import CASHIER, Clerk, charge_form, read_facts
from tests.faults.server_process import ServerProcess, clinic_command

EXIT_DONE, EXIT_REFUSED = 0, 2
ROOM_BYTES = 24 * 1024 * 1024
KEY = "a-key-of-a-small-disk"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here: root is needed")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(template: tuple[Path, bytes], disk: Path) -> Path:
    """A practice clinic on the small disk."""
    return Path(shutil.copytree(template[0], disk / "clinic"))


def fill(disk: Path) -> Path:
    """Leave no block free; returns the file that holds them."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return ballast


def test_a_charge_on_a_full_disk_is_a_sentence_and_goes_through_when_there_is_room(small: Path, disk: Path) -> None:
    facts, server = read_facts(small), ServerProcess(small)
    server.begin()
    server.wait_until_ready()
    clerk = Clerk(0, server.port, facts, seed=1, fresh_keys=False)
    visit_id = clerk._register()
    path = f"/charging/visits/{visit_id}"
    form = charge_form(clerk._read(CASHIER, path).text)
    ballast = fill(disk)
    answer = clerk._client(CASHIER).post(f"{path}/charge", form, once=KEY)
    assert answer.status == 422 and "磁盘满了" in answer.text
    assert clinic_command(small, "check").returncode == EXIT_DONE
    ballast.unlink()
    assert clerk._client(CASHIER).post(f"{path}/charge", form, once=KEY).status == 303
    assert clerk._client(CASHIER).post(f"{path}/charge", form, once=KEY).is_replay
    assert server.stop() == EXIT_DONE
    assert clinic_command(small, "check").returncode == EXIT_DONE


def test_a_server_ended_on_a_full_disk_ends_in_order_and_loses_nothing(small: Path, disk: Path) -> None:
    facts, server = read_facts(small), ServerProcess(small)
    server.begin()
    server.wait_until_ready()
    Clerk(0, server.port, facts, seed=1, fresh_keys=False)._register()
    ballast = fill(disk)
    assert server.stop() == EXIT_DONE, server.console()
    ballast.unlink()
    assert clinic_command(small, "check").returncode == EXIT_DONE


def test_a_server_killed_on_a_full_disk_starts_again_when_there_is_room(small: Path, disk: Path) -> None:
    facts, server = read_facts(small), ServerProcess(small)
    server.begin()
    server.wait_until_ready()
    Clerk(0, server.port, facts, seed=1, fresh_keys=False)._register()
    ballast = fill(disk)
    server.kill()
    ended = clinic_command(small, "check")
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == EXIT_DONE or "磁盘满了" in ended.stderr, ended.stderr
    ballast.unlink()
    server.begin()
    server.wait_until_ready()
    assert server.stop() == EXIT_DONE
    assert clinic_command(small, "check").returncode == EXIT_DONE


@pytest.mark.parametrize("command", ("run", "check"))
def test_a_read_only_folder_is_refused_with_a_sentence(small: Path, disk: Path, command: str) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    ended = clinic_command(small, command)
    assert ended.returncode == EXIT_REFUSED
    assert str(small) in ended.stderr and "Traceback" not in ended.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert clinic_command(small, "check").returncode == EXIT_DONE


@pytest.mark.parametrize("command", ("run", "check"))
def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("no folder")
    ended = clinic_command(tmp_path / "file" / "clinic", command)
    assert ended.returncode == EXIT_REFUSED
    assert "Traceback" not in ended.stderr and os.strerror(20) in ended.stderr
