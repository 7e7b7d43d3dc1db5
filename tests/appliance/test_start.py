"""The server process: one per folder, a clean end, sentences instead of traces."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.startup import readable_copy
from clinic_app.kernel import keys, opening
from tests.conftest import hidden
from tests.faults.server_process import refused_run

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Clinic:
    """`clinic` commands on one folder."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.servers: list[subprocess.Popen[str]] = []

    def command(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "appliance", *words], cwd=ROOT, env=self.environment(), input=typed,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        return {**os.environ, "CLINIC_DATA": str(self.folder), "CLINIC_PORT": str(self.port)}

    def start(self) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [sys.executable, "-m", "appliance", "run"], cwd=ROOT, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.servers.append(server)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2).read()
                return server
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start")


@pytest.fixture
def clinic_process(folder: Path) -> Iterator[Clinic]:
    made = Clinic(folder)
    yield made
    for server in made.servers:
        if server.poll() is None:
            server.kill()
        server.communicate()


def test_a_second_server_exits_73_and_names_the_first(clinic_process: Clinic) -> None:
    first = clinic_process.start()
    second = clinic_process.command("run")
    assert second.returncode == 73 and f"pid {first.pid}" in second.stderr
    assert first.poll() is None


def test_sigterm_ends_cleanly_within_seconds_and_leaves_an_empty_wal(clinic_process: Clinic) -> None:
    server = clinic_process.start()
    began = time.monotonic()
    server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0 and time.monotonic() - began < 10
    wal = clinic_process.folder / "clinic.sqlite3-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    assert (clinic_process.folder / "run.lock").read_text() == ""


def test_what_was_posted_before_the_end_is_answered_and_nobody_else_is_let_in(clinic_process: Clinic) -> None:
    """More sign-ins at once than there are threads, each with work to do; then SIGTERM."""
    server = clinic_process.start()
    address = ("127.0.0.1", clinic_process.port)
    page = urllib.request.urlopen(f"http://127.0.0.1:{clinic_process.port}/sign-in", timeout=5)
    cookie, csrf = page.headers["Set-Cookie"].split(";")[0], hidden(page.read().decode(), "csrf")
    body = f"csrf={csrf}&staff_no=0005&password=qingxi-2026&next=/"
    post = (
        f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{address[1]}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    posted = [socket.create_connection(address, timeout=20) for _ in range(16)]
    for number, one in enumerate(posted):
        one.sendall((post + (body if number else body[:-5])).encode())  # the first form is still on its way
    server.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    posted[0].sendall(body[-5:].encode())
    answers = [one.makefile("rb").read().decode() for one in posted]
    assert [answer[:12] for answer in answers] == ["HTTP/1.1 303"] * 16
    with pytest.raises(OSError):
        socket.create_connection(address, timeout=5)
    assert server.wait(20) == 0


def test_after_a_kill_every_page_is_read_before_the_first_answer(clinic_process: Clinic) -> None:
    clinic_process.start().kill()
    clinic_process.servers[0].wait()
    assert (clinic_process.folder / "run.lock").read_text() != ""
    clinic_process.start()
    log = (clinic_process.folder / "logs" / "server.log").read_text()
    assert "read and sound (before serving, after an unclean end)" in log


def test_a_damaged_page_after_an_unclean_end_is_a_sentence_not_a_start(clinic_process: Clinic) -> None:
    (clinic_process.folder / "run.lock").write_text("pid 1 left over\n")
    path = clinic_process.folder / opening.DATABASE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, said, page = refused_run(clinic_process.folder)
    assert code == 2 and "damaged" in said and "Traceback" not in said and "clinic.pages_damaged" in page
    assert path.read_bytes() == bytes(content)


def test_a_port_in_use_is_a_sentence(clinic_process: Clinic) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", clinic_process.port))
        taken.listen()
        said = clinic_process.command("run")
    assert said.returncode == 2 and str(clinic_process.port) in said.stderr and "Traceback" not in said.stderr


def test_check_works_beside_a_running_server_and_is_green(clinic_process: Clinic) -> None:
    server = clinic_process.start()
    said = clinic_process.command("check")
    assert said.returncode == 0 and "all sound" in said.stdout
    assert server.poll() is None


def test_a_lost_key_comes_back_from_the_typed_sheet(clinic_process: Clinic, seed: bytes) -> None:
    keys_folder = clinic_process.folder / opening.KEYS
    before = {path.name: path.read_bytes() for path in keys_folder.iterdir()}
    (keys_folder / "data.key").unlink()
    mark = keys.derive(seed).mark
    code, said, page = refused_run(clinic_process.folder)
    assert code == 2 and mark in said and "Traceback" not in said and mark in page
    sheet = "\n".join(f"{place}: {word}" for place, word in enumerate(keys.sheet_words(seed), 1))
    assert clinic_process.command("key", "restore", typed=sheet).returncode == 0
    assert {path.name: path.read_bytes() for path in keys_folder.iterdir()} == before
    assert clinic_process.command("check").returncode == 0


def test_a_mistyped_or_foreign_sheet_restores_nothing(clinic_process: Clinic, seed: bytes) -> None:
    words = keys.sheet_words(seed)
    typo = [*words[:4], str(int(words[4]) ^ 1).zfill(6), *words[5:]]
    said = clinic_process.command("key", "verify", typed=" ".join(typo))
    assert said.returncode == 2 and "5" in said.stderr
    foreign = clinic_process.command("key", "restore", typed=" ".join(keys.sheet_words(bytes(32))))
    assert foreign.returncode == 2 and keys.derive(seed).mark in foreign.stderr
    assert clinic_process.command("key", "verify", typed=" ".join(words)).returncode == 0


def test_reset_admin_prints_a_code_only_while_the_server_is_stopped(clinic_process: Clinic) -> None:
    server = clinic_process.start()
    assert clinic_process.command("reset-admin").returncode == 73
    server.send_signal(signal.SIGTERM)
    server.wait(20)
    said = clinic_process.command("reset-admin")
    assert said.returncode == 0 and "何静" in said.stdout


def test_an_unusable_setting_is_named(clinic_process: Clinic) -> None:
    (clinic_process.folder / "settings.toml").write_text('threads = "many"\n')
    said = clinic_process.command("check")
    assert said.returncode == 2 and "threads" in said.stderr and "Traceback" not in said.stderr
    (clinic_process.folder / "settings.toml").write_text("colour = 1\n")
    assert "colour" in clinic_process.command("check").stderr


def test_import_says_what_changes_and_a_rerun_changes_nothing(clinic_process: Clinic) -> None:
    listed = ROOT / "clinic_app" / "modules" / "dictionaries" / "data" / "diagnoses.csv"
    said = clinic_process.command("import", "diagnoses", str(listed), "--dry-run")
    assert said.returncode == 0 and "unchanged 300" in said.stdout
    wrong = clinic_process.folder / "wrong.csv"
    wrong.write_text("code,name,name_en,source,reviewed\n,,,,\nA00.000,霍乱,Cholera,common knowledge,maybe\n", "utf-8")
    refused = clinic_process.command("import", "diagnoses", str(wrong))
    assert refused.returncode == 2 and "3" in refused.stderr and "Traceback" not in refused.stderr
    assert clinic_process.command("import", "diagnoses", str(clinic_process.folder / "none.csv")).returncode == 2


def test_a_long_import_says_how_far_it_is(clinic_process: Clinic) -> None:
    listed = clinic_process.folder / "long.csv"
    rows = "".join(f"Z99.{at:04d},样例{at},Sample {at},example,no\n" for at in range(5001))
    listed.write_text(f"code,name,name_en,source,reviewed\n{rows}", "utf-8")
    said = clinic_process.command("import", "diagnoses", str(listed))
    steps = [line.strip() for line in said.stderr.splitlines() if line.strip()]
    assert said.returncode == 0 and "new 5001" in said.stdout
    assert steps == [f"{done:,} / 5,001" for done in range(250, 5001, 250)]


def test_a_start_takes_away_the_readable_copy_that_a_power_cut_left(clinic_process: Clinic) -> None:
    """Where no link can be made it holds the keys too."""
    left = Path(tempfile.mkdtemp(prefix=readable_copy.PREFIX))
    (left / opening.KEYS).mkdir()
    (left / opening.KEYS / "data.key").write_text("00\n")
    (left / "run.lock").touch()
    clinic_process.start()
    assert not left.exists()
