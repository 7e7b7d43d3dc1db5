"""A clinic of the kernel alone: no subject, a temp folder, the real encrypted database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_app.kernel import db, invariants, opening, outbox, parameters, ports, rights, schema
from clinic_app.kernel.rights import Actor

FACTS = opening.Facts("样例卫生院", "YL01", "990499101", False)
CASHIER = Actor(b"\x01" * 16, "赵晓梅", frozenset({"cashier"}), frozenset({"money.take"}), desk_id=b"\x0d" * 16)
COLLEAGUE = Actor(b"\x02" * 16, "王慧", frozenset({"cashier"}), frozenset({"money.take"}))


@pytest.fixture(autouse=True)
def unwired() -> Iterator[None]:
    """Nothing of another test's wiring."""
    for registered in (rights, parameters, invariants):
        registered.reset()
    outbox.subscribers.clear()
    outbox.guards.clear()
    ports.bound = ports.Ports()
    yield
    db.close_database()


@pytest.fixture
def steps() -> list[schema.Step]:
    return schema.steps_of("kernel", "clinic_app.kernel")


@pytest.fixture
def master_seed() -> bytes:
    return bytes(range(32))


@pytest.fixture
def data(tmp_path: Path, steps: list[schema.Step], master_seed: bytes) -> Path:
    """The folder of a closed clinic."""
    folder = tmp_path / "data"
    folder.mkdir()
    opening.create_clinic(folder, master_seed, FACTS, steps, lambda uow: uow.audit("test.made"))
    return folder


@pytest.fixture
def open_data(data: Path, steps: list[schema.Step]) -> Iterator[Path]:
    opening.open_clinic(data, steps)
    yield data
    db.close_database()
