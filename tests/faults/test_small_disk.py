"""The real server on a real small disk: full during a charge, then read-only at the start. Needs root for the mount."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance import practice
from appliance.startup.ballast import Ballast
from tests.faults.form_client import FormClient
from tests.faults.kill_clients import CASHIER, Clerk, charge_form, read_facts
from tests.faults.server_process import ServerProcess, clinic_command

EXIT_DONE, EXIT_REFUSED = 0, 2
ROOM_BYTES = 24 * 1024 * 1024
KEY = "a-key-of-a-small-disk"
READABLE_SECONDS = 10.0


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


def test_the_reserve_is_given_free_on_a_full_disk_and_the_same_charge_goes_through(small: Path, disk: Path) -> None:
    Ballast(small)._take()
    facts, server = read_facts(small), ServerProcess(small)
    server.begin()
    server.wait_until_ready()
    clerk = Clerk(0, server.port, facts, seed=1, fresh_keys=False)
    path = f"/charging/visits/{clerk._register()}"
    form = charge_form(clerk._read(CASHIER, path).text)
    fill(disk)
    first = clerk._client(CASHIER).post(f"{path}/charge", form, once=KEY)
    assert first.status == 422 and "备用空间刚刚放出来" in first.text
    assert not (small / "reserve.bin").exists()
    assert clerk._client(CASHIER).post(f"{path}/charge", form, once=KEY).status == 303
    assert "备用空间已经放出来" in clerk._client(CASHIER).get("/").text
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


def test_a_read_only_folder_is_refused_with_a_sentence(small: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    ended = clinic_command(small, "check")
    assert ended.returncode == EXIT_REFUSED
    assert str(small) in ended.stderr and "Traceback" not in ended.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert clinic_command(small, "check").returncode == EXIT_DONE


def test_a_server_on_a_read_only_disk_shows_a_readable_copy_within_ten_seconds(
    small: Path, disk: Path, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """The copy is in memory; the server before was killed, so the log is read from it as well."""
    facts, server = read_facts(small), ServerProcess(small)
    server.room = tmp_path
    server.begin()
    server.wait_until_ready()
    Clerk(0, server.port, facts, seed=1, fresh_keys=False)._register()
    server.kill()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    server.begin()
    server.wait_until_ready()
    figure(f"read-only disk: a readable copy after {server.starts[-1]:.1f} s")
    assert server.starts[-1] < READABLE_SECONDS
    registrar = FormClient(server.port)
    registrar.sign_in("0001", practice.PASSWORD)
    home = registrar.get("/").text
    assert "只能查看，不能写入" in home
    refused = registrar.post("/registration", [("name", "x")], once="a-key-on-a-read-only-disk")
    assert refused.status == 422 and "只能查看" in refused.text
    assert server.stop() == EXIT_REFUSED
    assert not list(Path("/dev/shm").glob("xiangyi-reading-*"))
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert clinic_command(small, "check").returncode == EXIT_DONE


def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    folder = tmp_path / "file" / "clinic"
    ended = clinic_command(folder, "check")
    assert ended.returncode == EXIT_REFUSED
    assert "Traceback (most recent call last)" not in ended.stderr and "里没有卫生院" in ended.stderr
