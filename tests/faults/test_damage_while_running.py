"""A page that goes bad under a running server is told on every screen, on the checks page and in the log."""

import time
from pathlib import Path

import pytest

from appliance import practice
from appliance.startup import record
from clinic_app import registry
from clinic_app.kernel import db, opening
from tests.conftest import config_of
from tests.faults.form_client import FormClient
from tests.faults.server_process import ServerProcess

PAGE_BYTES = 4096


@pytest.fixture
def page(folder: Path) -> int:
    """A page that no sign-in needs: of the list of diagnoses."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    found = db.value("SELECT max(pageno) FROM dbstat WHERE name = 'diagnosis'")
    opening.close_clinic()
    return int(found)


def flip_a_bit(folder: Path, page: int) -> None:
    with (folder / opening.DATABASE).open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES + 1000)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 4]))


def wait_until_told(doctor: FormClient) -> None:
    doctor.sign_in("0002", practice.PASSWORD)
    until = time.monotonic() + 30
    while "数据有损坏" not in doctor.get("/").text and time.monotonic() < until:
        time.sleep(0.3)


def test_a_bit_flipped_under_a_running_server_is_told_to_everybody(folder: Path, page: int) -> None:
    server = ServerProcess(folder)
    server.begin()
    server.wait_until_ready()
    try:
        flip_a_bit(folder, page)
        doctor, technician = FormClient(server.port), FormClient(server.port)
        wait_until_told(doctor)
        assert 'class="chip off" title="数据有损坏，叫管理员">数据有损坏，叫管理员' in doctor.get("/status/chips").text
        technician.sign_in("0009", practice.PASSWORD)
        checks = technician.get("/checks/").text
        assert "有数据页读不出来" in checks
        assert checks.count("unable to get the page") <= 1  # not every page of the file, as the driver would have it
        log = (folder / "logs" / "server.log").read_text("utf-8")
        assert "database pages damaged (in the background)" in log
    finally:
        server.kill()


def test_after_damage_was_found_the_next_start_shows_the_recovery_page(folder: Path, page: int) -> None:
    """Also after a clean end: else people go on entering what a restore will not hold."""
    server = ServerProcess(folder)
    server.begin()
    server.wait_until_ready()
    flip_a_bit(folder, page)
    wait_until_told(FormClient(server.port))
    assert server.stop() == 0
    assert record.read(folder).ends == (), "it is no power cut"
    server.begin()
    try:
        assert "clinic.pages_damaged" in server.page_instead()
    finally:
        server.kill()
