"""What a visit asks of the database does not grow with the visits before it: counted in rows scanned, not in time."""

from pathlib import Path
from typing import Any

from tests.bench import aging
from tests.bench.client import Client
from tests.bench.clinics import copy_of, furnish
from tests.bench.patients import patient
from tests.bench.script import read_script
from tests.bench.server import Server

AGE = aging.Age(years=1, per_day=2)
PATIENTS = 50


def test_seven_hundred_visits_before_make_no_request_scan_more(folder: Path, tmp_path: Path) -> None:
    furnish(folder, PATIENTS, clients=1)
    old = copy_of(folder, tmp_path / "old")
    young, recording = _one_visit(folder)
    aging.grow(old, recording, PATIENTS, AGE)
    now, _ = _one_visit(old)
    more = {name: (young.get(name, 0), steps) for name, steps in now.items() if steps > young.get(name, 0) + 100}
    assert more == {}


def _one_visit(folder: Path) -> tuple[dict[str, int], list[Any]]:
    """Full-scan steps of each request of a visit (papers under `print-`), and the rows that the visit wrote."""
    with Server(folder, "trace", "rows") as server:
        client = Client(server.port, folder, 0, read_script())
        for n in range(2):
            server.settle()
            server.ask("trace")
            server.ask("rows")
            assert client.visit(patient(n)).errors == []
        server.settle()
        found: dict[str, int] = {}
        for where, statements in server.ask("trace").items():
            name = where.rstrip("0123456789")
            found[name] = found.get(name, 0) + sum(counts[2] for counts in statements.values())
        client.close()
        return found, server.ask("rows")
