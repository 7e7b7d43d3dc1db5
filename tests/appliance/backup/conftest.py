"""One verified backup of a practice clinic with a visit in it, made once for all tests of this folder."""

import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from appliance import cli
from appliance.backup import age_keys, making, places
from appliance.backup.file_format import Found, find
from appliance.backup.schedule import Schedule
from clinic_app import registry
from clinic_app.kernel import db, invariants, keys, opening
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.visit import arrive

DEADLINE = 60.0


def silent(_step: str, _done: int, _of: int) -> None:
    """Progress that nobody reads."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def command(folder: Path, *words: str, typed: str = "") -> Ended:
    """`clinic --data folder words...` in this process, with `typed` on its standard input."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", io.StringIO(typed)):
        code = cli.main(["--data", str(folder), *words])
    return Ended(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Home:
    """A closed small clinic with one backup of it; `state` is what an equal clinic must answer."""

    folder: Path
    seed: bytes
    found: Found
    state: tuple[object, ...]


@dataclass
class Pc:
    """A copy of the home that a test may change."""

    folder: Path
    seed: bytes

    @property
    def backup(self) -> Path:
        return places.local_backups(self.folder)[0].path

    def make(self, kind: str = "now") -> making.Made:
        return making.make(config_of(self.folder), kind, silent)

    def run(self, act: Callable[[Clinic], object]) -> object:
        """Do something in the clinic, opened as a server would, and close it."""
        config = config_of(self.folder)
        clinic = Clinic(self.folder, config, registry.wire(config))
        opening.open_clinic(self.folder, registry.migration_steps())
        try:
            return act(clinic)
        finally:
            opening.close_clinic()


def state_of(folder: Path) -> tuple[object, ...]:
    """Every invariant's result and the last seal of the audit trail, epoch left out."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        results = tuple((one.id, one.holds) for one in invariants.results())
        rows = tuple(db.rows("SELECT seq, hash FROM audit WHERE action <> 'clinic.restored' ORDER BY seq"))
        return results, rows, tuple(db.rows("SELECT * FROM patient ORDER BY id"))
    finally:
        opening.close_clinic()


def identity(seed: bytes) -> object:
    return age_keys.identity(keys.backup_identity(seed))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("backup-home") / "clinic"
    folder.mkdir()
    seed = small_clinic.make(folder)
    pc = Pc(folder, seed)
    pc.run(arrive)
    pc.make()
    return Home(folder, seed, find(pc.backup), state_of(folder))


@pytest.fixture
def pc(home: Home, tmp_path: Path) -> Iterator[Pc]:
    shutil.copytree(home.folder, tmp_path / "clinic")
    yield Pc(tmp_path / "clinic", home.seed)
    db.close_database()


@pytest.fixture
def served(pc: Pc) -> Iterator[Pc]:
    """The clinic open, as in a server."""
    registry.wire(config_of(pc.folder))
    opening.open_clinic(pc.folder, registry.migration_steps())
    yield pc
    db.close_database()


def add_target(folder: Path, copy_no: int) -> None:
    places.mark(folder)
    with unit_of_work(SYSTEM) as uow:
        uow.execute(
            "INSERT INTO backup_target VALUES(?, 'folder', ?, 'disk', ?, 1, ?, NULL)",
            (b"t" * 16, str(folder), copy_no, db.value("SELECT id FROM person LIMIT 1")),
        )
        uow.audit("test")


def until_idle(one: Schedule) -> None:
    until = time.monotonic() + DEADLINE
    while one.progress() is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert one.progress() is None
