"""How a server with its LAN on ends: the relay goes with it, whatever way it goes."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from appliance.lan import authority, files, settings
from appliance.lan.settings import LanSettings
from tests.faults.server_process import ServerProcess
from tests.lan.conftest import NAME, free_port, seconds_until_cut


@pytest.fixture
def port(folder: Path) -> int:
    """The LAN port of this folder's clinic, on from its next start."""
    made, found = authority.make("青溪镇中心卫生院", "QX", (NAME,), (), time.time_ns() // 1_000_000), free_port()
    files.store(folder / "lan", files.AUTHORITY, authority.pem_of(made))
    settings.save(folder / "lan", LanSettings(True, False, found, (NAME,)))
    return found


def connected(port: int, seconds: float = 30) -> socket.socket:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=2)
        time.sleep(0.05)
    raise AssertionError("the LAN port does not answer")


def is_closed(port: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.05)
    return False


def relay_of(server: int) -> int:
    """The process id of a server's relay."""
    for found in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            about = found.read_text().rpartition(")")[2].split()
            if int(about[1]) == server and b"lan-relay" in (found.parent / "cmdline").read_bytes():
                return int(found.parent.name)
    raise AssertionError("no relay")


def test_the_relay_ends_with_its_server_and_comes_back_with_the_next(folder: Path, port: int) -> None:
    server = ServerProcess(folder)
    server.longest_start = 120.0
    server.begin()
    server.wait_until_ready()
    idle = connected(port)
    assert server.process is not None
    os.kill(relay_of(server.process.pid), signal.SIGTERM)  # as a PC does that is being shut down, to everybody at once
    time.sleep(0.3)
    connected(port).close()
    began = time.monotonic()
    assert server.stop() == 0 and time.monotonic() - began < 10
    assert seconds_until_cut(idle) < 2 and is_closed(port)
    server.begin()
    server.wait_until_ready()
    left = connected(port)
    server.kill()
    assert seconds_until_cut(left) < 5 and is_closed(port), "also when nobody could tell it"
    server.begin()
    server.wait_until_ready()
    connected(port).close()
    assert server.stop() == 0
