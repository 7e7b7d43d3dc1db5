"""A clinic of the former program, made once a module, and a copy of it for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_app import registry
from clinic_app.kernel import db
from tests.conftest import config_of
from tests.faults import migration_workload as migration


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("former")
    migration.make(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(made, tmp_path / "clinic")
    registry.wire(config_of(tmp_path / "clinic"))
    yield tmp_path / "clinic"
    db.close_database()
