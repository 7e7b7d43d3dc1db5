"""One server a folder: the second is turned away by name, the first is not disturbed."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import practice
from tests.faults.server_process import ServerProcess, clinic_command

EXIT_DONE, EXIT_SECOND_SERVER = 0, 73


@pytest.fixture
def first(folder: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(folder)
    server.begin()
    server.wait_until_ready()
    yield server
    if server.process is not None:
        server.stop()


def test_a_second_server_exits_73_and_names_the_first(first: ServerProcess) -> None:
    second = clinic_command(first.folder, "run", port=first.port + 1)
    assert second.returncode == EXIT_SECOND_SERVER
    assert first.process is not None
    assert str(first.process.pid) in second.stderr and first.url in second.stderr
    assert urllib.request.urlopen(first.url + "/health", timeout=5).status == 200


def test_keys_are_not_restored_and_no_code_is_given_beside_a_server(first: ServerProcess, seed: bytes) -> None:
    typed = practice.key_sheet(seed)
    assert clinic_command(first.folder, "key", "restore", typed=typed).returncode == EXIT_SECOND_SERVER
    assert clinic_command(first.folder, "reset-admin").returncode == EXIT_SECOND_SERVER


def test_a_check_runs_beside_the_server_and_after_it(first: ServerProcess) -> None:
    assert clinic_command(first.folder, "check").returncode == EXIT_DONE
    assert first.stop() == EXIT_DONE
    assert clinic_command(first.folder, "check").returncode == EXIT_DONE


def test_the_folder_of_a_killed_server_is_free_at_once(first: ServerProcess) -> None:
    first.kill()
    first.begin()
    first.wait_until_ready()
    second = clinic_command(first.folder, "run", port=first.port + 1)
    assert second.returncode == EXIT_SECOND_SERVER
