"""A clinic for every test: a copy of one practice clinic made once per run, on the real encrypted database."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from appliance import practice
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, i18n, keys, opening, rights
from clinic_app.kernel.manifest import Module
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from tests.figures import (  # noqa: F401
    figure,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

settings.register_profile("clinic", deadline=None)  # a busy machine is no fault of a rule
settings.load_profile("clinic")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium a browser test is skipped, or fails where CLINIC_BROWSER says that it must run."""
    if shutil.which("chromium"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            if os.environ.get("CLINIC_BROWSER") == "required":
                raise pytest.UsageError("chromium is missing and CLINIC_BROWSER=required")
            else:
                item.add_marker(pytest.mark.skip(reason="chromium is missing"))


def config_of(folder: Path) -> Config:
    return Config(folder, 8600, 4, ("localhost", "127.0.0.1"), "zh-CN", "", "INFO")


@dataclass
class Clinic:
    """The open clinic of one test."""

    folder: Path
    config: Config
    modules: list[Module]

    def actor(self, role: str, place: int = 0) -> Actor:
        """The practice person of a role, at the desk where that role works."""
        from clinic_app.modules.people import queries

        person = queries.people_of_role(role)[place]
        return Actor(
            person.id, person.name, person.roles, rights.of_roles(person.roles), self.desk_of(role), "desk", None
        )

    def desk_of(self, role: str) -> bytes | None:
        from clinic_app.modules.desks import queries

        wanted = {
            "registrar": "挂号 1号窗",
            "cashier": "收费 1号窗",
            "doctor": "二诊室",
            "nurse": "护士站",
            "pharmacist": "西药房",
        }.get(role, "办公室")
        return next((desk.id for desk in queries.desks() if desk.name == wanted), None)

    def run(self, actor: Actor, command: Callable[[UnitOfWork], Any], *, quiet: bool = False) -> Any:
        """One command in one unit of work."""
        with unit_of_work(actor, quiet=quiet) as uow:
            return command(uow)

    def raw(self, sql: str, params: Any = ()) -> None:
        """Change rows behind the product's back, to see an invariant name it."""
        with db.write_transaction() as conn:
            conn.execute(sql, params)

    def drop_triggers(self, table: str) -> None:
        for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)):
            self.raw(f'DROP TRIGGER "{name}"')


@pytest.fixture(autouse=True)
def no_transaction_is_left_open() -> Iterator[None]:
    """The product rolls such a fault back and logs it; here it fails the test that made it."""
    before = db.left_open
    yield
    assert db.left_open == before, "a request ended inside a transaction"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A practice clinic made once, or once for many runs where CLINIC_TEMPLATE names a folder; its master seed."""
    shared = os.environ.get("CLINIC_TEMPLATE")
    folder = (Path(shared) if shared else tmp_path_factory.mktemp("template")) / "clinic"
    kept_seed = folder.with_name("clinic.seed")
    if folder.exists():
        return folder, kept_seed.read_bytes()
    folder.mkdir()
    seed = keys.new_seed()
    registry.wire(config_of(folder))
    opening.create_clinic(folder, seed, practice.FACTS, registry.migration_steps(), practice.fill)
    kept_seed.write_bytes(seed)
    return folder, seed


@pytest.fixture
def folder(template: tuple[Path, bytes], tmp_path: Path) -> Path:
    """A closed practice clinic of this test's own."""
    target = tmp_path / "clinic"
    shutil.copytree(template[0], target)
    return target


@pytest.fixture
def seed(template: tuple[Path, bytes]) -> bytes:
    return template[1]


@pytest.fixture
def clinic(folder: Path) -> Iterator[Clinic]:
    config = config_of(folder)
    modules = registry.wire(config)
    opening.open_clinic(folder, registry.migration_steps())
    i18n.use("zh-CN")
    yield Clinic(folder, config, modules)
    db.close_database()


@pytest.fixture
def app(clinic: Clinic) -> Any:
    from clinic_app.app import create_app

    made = create_app(clinic.config, clinic.modules)
    made.testing = False  # errors are answered as in the product, never raised into the test
    return made


class Browser:
    """A signed-in test client that posts as the pages do: CSRF token and a fresh command key."""

    def __init__(self, client: Any, csrf: str):
        self.client = client
        self.csrf = csrf
        self._posts = 0

    def get(self, url: str, **headers: str) -> Any:
        return self.client.get(url, headers=headers)

    def post(self, url: str, data: dict[str, Any] | None = None, *, once: str | None = None, **headers: str) -> Any:
        """Post a form; a fresh command key unless `once` is given."""
        self._posts += 1
        key = f"test-key-{id(self):x}-{self._posts:06d}" if once is None else once
        return self.client.post(url, data={"csrf": self.csrf, "once": key, **(data or {})}, headers=headers)


def hidden(html: str, name: str) -> str:
    """The value of a hidden field in a page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert tag, f"no field {name}"
    found = re.search(r'value="([^"]*)"', tag.group(0))
    return found.group(1) if found else ""


@pytest.fixture
def browser_as(app: Any, clinic: Clinic) -> Callable[..., Browser]:
    """`browser_as("doctor")`: a browser signed in as the practice person of that role, at that role's desk."""
    from clinic_app.kernel import sessions

    def sign_in(role: str, place: int = 0) -> Browser:
        actor = clinic.actor(role, place)
        token, session = sessions.start(language="zh-CN", person_id=actor.person_id, desk_id=actor.desk_id)
        client = app.test_client()
        client.set_cookie("session", token)
        return Browser(client, session.csrf)

    return sign_in
