"""A newer program in this process: its steps, the upgrade, work after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.folder_lock import FolderLock
from appliance.upgrade import on_a_copy
from clinic_app import registry
from clinic_app.kernel import opening, schema
from tests import visit
from tests.conftest import Clinic, config_of


def newer(monkeypatch: pytest.MonkeyPatch, *steps: schema.Step) -> list[schema.Step]:
    """This program knows these steps too."""
    known = [*registry.migration_steps(), *steps]
    monkeypatch.setattr(registry, "migration_steps", lambda: known)
    return known


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    opening.open_clinic(folder, registry.migration_steps())
    try:
        yield
    finally:
        opening.close_clinic()


def bring_up(folder: Path) -> on_a_copy.Upgraded | None:
    with_lock = FolderLock(folder)
    try:
        return on_a_copy.bring_up(config_of(folder), lambda *_said: None)
    finally:
        with_lock.release()


def files(folder: Path) -> dict[str, bytes]:
    """What the clinic is: its database, log, keys and label."""
    there = [folder / opening.DATABASE, folder / opening.LABEL, *(folder / opening.KEYS).iterdir()]
    return {path.name: path.read_bytes() for path in there}


def works_on(folder: Path) -> None:
    """A visit more, by the program of now."""
    config = config_of(folder)
    clinic = Clinic(folder, config, registry.wire(config))
    opening.open_clinic(folder, registry.migration_steps())
    visit.arrive(clinic)
    opening.close_clinic()
