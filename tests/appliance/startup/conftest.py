"""A start of the server inside the test, without the web server: what each step says, and what is shown instead."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance import start
from appliance.server import Site
from appliance.startup import record
from appliance.startup.checklist import Attempt
from clinic_app.kernel import condition, db, opening
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.conftest import config_of, hidden


class Pc:
    """One PC with a data folder; `start` is `clinic run` up to the moment when browsers could ask."""

    def __init__(self, folder: Path):
        self.folder, self.config = folder, config_of(folder)
        self.attempt, self.site = Attempt(self.config), Site(lambda *_: [])
        self.why: Refused | None = None

    def start(self, **settings: Any) -> Refused | None:
        """Returns why it was not started, or None."""
        self.end()
        self.attempt = Attempt(replace(self.config, **settings), has_logs=True, is_serving=True)
        try:
            start._open(self.attempt, self.site, practice=False)
            self.why = None
        except Refused as err:
            self.why = err
            start._show_instead(self.attempt, self.site, err)
        return self.why

    def end(self) -> None:
        self.attempt.stop()
        if self.attempt.lock:
            self.attempt.lock.release()
            self.attempt.lock = None

    @property
    def client(self) -> Any:
        """A browser at whatever answers now."""
        self.site.application.testing = False  # type: ignore[attr-defined]
        return self.site.application.test_client()  # type: ignore[attr-defined]

    def post(self, path: str, **fields: str) -> Any:
        """A form of the recovery page."""
        client = self.client
        return client.post(path, data={"csrf": hidden(client.get("/recovery").text, "csrf"), **fields})

    @property
    def begun(self) -> int:
        return record.read(self.folder).begun


@pytest.fixture
def pc(folder: Path) -> Iterator[Pc]:
    made = Pc(folder)
    yield made
    made.end()
    condition.clear()
    db.close_database()


@pytest.fixture
def killed(pc: Pc) -> list[tuple[int]]:
    """A server was killed whose work lies in the log alone; returns the numbers of its audit rows."""
    pc.start()
    for number in range(20):
        with unit_of_work(SYSTEM) as uow:
            uow.audit("test.done", number=number)
    work = db.rows("SELECT seq FROM audit")
    left = {path: path.read_bytes() for path in pc.folder.glob(f"{opening.DATABASE}*")}
    pc.end()
    for path in pc.folder.glob(f"{opening.DATABASE}*"):
        path.unlink()
    for path, content in left.items():
        path.write_bytes(content)
    assert len(left) == 3
    return work


@pytest.fixture
def flip(folder: Path) -> Callable[[str], None]:
    """Flip a bit in the middle of a file of the clinic."""

    def act(name: str) -> None:
        path = folder / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return act


@pytest.fixture
def keyless(pc: Pc) -> Pc:
    shutil.rmtree(pc.folder / opening.KEYS)
    pc.start()
    return pc


@pytest.fixture
def damaged(pc: Pc) -> Pc:
    """A page of a list is damaged; the server before was killed."""
    damage_a_list(pc)
    pc.start()
    return pc


def damage_a_list(pc: Pc) -> None:
    pc.start()
    page, size = db.value("SELECT max(pageno) FROM dbstat WHERE name = 'diagnosis'"), db.value("PRAGMA page_size")
    pc.end()
    path = pc.folder / opening.DATABASE
    content = bytearray(path.read_bytes())
    content[(page - 1) * size + 1000] ^= 4
    path.write_bytes(content)
    (pc.folder / "run.lock").write_text("pid 1 left over\n")
