"""What a visit asks of the database does not grow with the visits before it: counted in steps, not in time."""

import time
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
UPKEEP, UPKEEP_WITHIN_S = "maintenance", 60
SCANNED, STEPS = 100, 2_000  # more than so many rows walked, or steps of the machine beyond half as many again


def test_seven_hundred_visits_before_make_no_request_scan_more(folder: Path, tmp_path: Path) -> None:
    furnish(folder, PATIENTS, clients=1)
    old = copy_of(folder, tmp_path / "old")
    young, recording = _one_visit(folder)
    aging.grow(old, recording, PATIENTS, AGE)
    now, _ = _one_visit(old)
    assert UPKEEP in young and UPKEEP in now
    none = (0, 0)
    walked = {name: (young.get(name, none)[0], scan) for name, (scan, _steps) in now.items()}
    worked = {name: (young.get(name, none)[1], steps) for name, (_scan, steps) in now.items()}
    assert {name: was for name, was in walked.items() if was[1] > was[0] + SCANNED} == {}
    assert {name: was for name, was in worked.items() if was[1] > was[0] * 1.5 + STEPS} == {}


def _one_visit(folder: Path) -> tuple[dict[str, tuple[int, int]], list[Any]]:
    """(full-scan steps, steps) of each request of a visit (papers under `print-`), and the rows that it wrote; under
    `maintenance` the hourly upkeep since the start, which is waited for. Its reading of the whole file is meant to grow
    and left out."""
    with Server(folder, "trace", "rows") as server:
        client = Client(server.port, folder, 0, read_script())
        found: dict[str, tuple[int, int]] = {}
        for n in range(2):
            server.settle()
            _count(found, server.ask("trace"), only=UPKEEP)
            server.ask("rows")
            assert client.visit(patient(n)).errors == []
        server.settle()
        _count(found, server.ask("trace"))
        rows = server.ask("rows")
        client.close()
        until = time.monotonic() + UPKEEP_WITHIN_S
        while UPKEEP not in found and time.monotonic() < until:
            time.sleep(0.2)
            _count(found, server.ask("trace"), only=UPKEEP)
        return found, rows


def _count(found: dict[str, tuple[int, int]], traced: dict[str, Any], *, only: str = "") -> None:
    for where, statements in traced.items():
        name = where.rstrip("0123456789")
        if only and name != only:
            continue
        scan, steps = found.get(name, (0, 0))
        counts = [counted for sql, counted in statements.items() if not sql.startswith("PRAGMA integrity")]
        found[name] = (scan + sum(one[2] for one in counts), steps + sum(one[1] for one in counts))
