"""The whole program as a package, really installed: from a checkout into a home, to a newer version, and back.

Everything is done by commands in processes of their own, the way a clinic does it; the packages are made by the
maintainers' tool from a copy of this tree that trusts a key of the trial's.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appliance import launcher
from appliance.upgrade import signing
from appliance.upgrade.program_home import Home
from clinic_app import registry
from clinic_app.kernel import db, opening
from tests.appliance.upgrade.packages import KEY
from tests.conftest import config_of
from tests.faults import small_clinic
from tests.faults.server_process import ROOT

STEP = "clinic_app/kernel/migrations/0900_later.py"
SOUND = "CREATE TABLE later(id INTEGER PRIMARY KEY);"
UNSOUND = "UPDATE no_such_table SET x = 1;"
START_SECONDS = 60.0


class Trial:
    """One home and one clinic in a room; `wrong` is what was not as it has to be."""

    def __init__(self, room: Path) -> None:
        self.room, self.home, self.clinic = room, Home(room / "home"), room / "clinic"
        self.tree = room / "checkout"
        self.wrong: list[str] = []
        self.done: list[str] = []
        self.clinic.mkdir()
        small_clinic.make(self.clinic)
        for name, path in signing.contents(ROOT):
            target = self.tree / name.removeprefix("program/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        keys = self.tree / "appliance" / "upgrade" / "release_keys"
        for path in keys.glob("*.pub"):
            path.unlink()
        public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (keys / "trial.pub").write_bytes(public)

    def package(self, counter: int, sql: str = "") -> Path:
        """On a stick of its own."""
        stick = self.room / f"stick-{counter}"
        stick.mkdir()
        step = self.tree / STEP
        step.unlink(missing_ok=True)
        if sql:
            step.write_text(f'"""Later."""\n\nSQL = {sql!r}\n', "utf-8")
        files = signing.contents(self.tree)
        manifest = signing.describe(self.tree, files, counter=counter, version=f"0.{counter}.0")
        signing.pack(stick / f"xiangyi-0.{counter}.0.upgrade", manifest, files, KEY)
        step.unlink(missing_ok=True)
        return stick

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(self.home.folder / "launcher.py"), "--data", str(self.clinic), *words]

    def run(self, *words: str, code: int = 0, says: str = "", checkout: bool = False) -> None:
        """A command of the version that the launcher starts, or of the checkout; noted when it ends otherwise."""
        started = [sys.executable, "-m", "appliance", "--data", str(self.clinic), *words]
        asked = started if checkout else self.command(*words)
        place = self.tree if checkout else self.room
        ended = subprocess.run(asked, cwd=place, env=environment(), capture_output=True, text=True, check=False)
        said = f"{ended.stdout}\n{ended.stderr}"
        self.done.append(" ".join(words[:2]))
        if ended.returncode != code or says not in said:
            self.wrong.append(f"{words}: {ended.returncode}, {said.strip()[-500:]}")

    def expect(self, what: str, version: str, steps: int) -> None:
        """Pointer and schema are those of this version."""
        registry.wire(config_of(self.clinic))
        opening.open_clinic(self.clinic, (), owned=False)
        found = db.value("SELECT count(*) FROM migration WHERE name = '0900_later'")
        db.close_database()
        if (self.home.current, found) != (version, steps):
            self.wrong.append(f"{what}: {self.home.current} with {found} new steps")

    def serve(self) -> None:
        """A real start answers, and ends when it is told to."""
        port = free_port()
        given = {**environment(), "CLINIC_PORT": str(port)}
        server = subprocess.Popen(
            self.command("run"), cwd=self.room, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not answers(port):
                self.wrong.append(f"{self.home.current} does not answer")
        finally:
            server.send_signal(signal.SIGTERM)
            if server.wait(START_SECONDS):
                self.wrong.append(f"{self.home.current} ended with {server.returncode}")
        self.done.append("run")

    def noted(self) -> list[int]:
        opening.open_clinic(self.clinic, (), owned=False)
        try:
            return [counter for (counter,) in db.rows("SELECT counter FROM release ORDER BY counter")]
        finally:
            db.close_database()


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CLINIC_", "PYTHONPATH"))}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(port: int) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            return connection.getresponse().status in (200, 302, 303)
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    return False


def whole(room: Path, *, settles: bool = True) -> Trial:
    """Install, start, upgrade, start, go back, upgrade again over a cut, and what must be refused.

    Without `settles` the launcher looks at no journal: that must be found out.
    """
    trial = Trial(room)
    if not settles:
        blind = trial.tree / "appliance" / "launcher.py"
        blind.write_text(blind.read_text("utf-8").replace("if (home / JOURNAL).exists()", "if False"), "utf-8")
    first, second, bad = trial.package(1), trial.package(2, SOUND), trial.package(3, UNSOUND)
    trial.run("upgrade", "--from", str(first), code=2, says="--into", checkout=True)
    trial.run("upgrade", "--from", str(first), "--into", str(trial.home.folder), checkout=True)
    trial.expect("installed", "0.1.0-1", 0)
    trial.serve()
    trial.run("check")
    trial.run("upgrade", "--from", str(bad), code=2, says="no_such_table")
    trial.expect("after a step that fails", "0.1.0-1", 0)
    trial.run("upgrade", "--from", str(second))
    trial.expect("upgraded", "0.2.0-2", 1)
    trial.serve()
    if trial.noted() != [1, 2]:
        trial.wrong.append(f"noted: {trial.noted()}")
    trial.run("upgrade", "--from", str(first), code=2, says="--back")
    trial.run("upgrade", "--back")
    trial.expect("gone back", "0.1.0-1", 0)
    trial.run("check")
    trial.run("upgrade", "--from", str(second))
    cut = {"to": "0.2.0-2", "data": str(trial.clinic), "is_back": False}
    trial.home.point_to("0.1.0-1", "")
    (trial.home.folder / launcher.JOURNAL).write_text(json.dumps(cut), "utf-8")
    trial.run("check")
    trial.expect("settled after a cut before the pointer", "0.2.0-2", 1)
    names = {path.name for path in trial.home.folder.iterdir()} - {"run.lock"}
    if names != {"0.1.0-1", "0.2.0-2", "current", "floor", "launcher.py"} - ({"floor"} - names):
        trial.wrong.append(f"left: {names}")
    return trial
