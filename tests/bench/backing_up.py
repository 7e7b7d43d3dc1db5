"""`python -m tests.bench.backing_up --mb 2000 --clients 8`: what people wait for while a large clinic is backed up.

The same visits by the same clients, first in quiet, then beside one backup after the other; then the newest is restored
into another folder with the sheet. Progress and a table on stderr, one JSON object on stdout. Exit 1 when a visit
failed, an invariant differs, or a step's p95 is more than twice that in quiet.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from appliance import practice
from appliance.backup import age_keys, places, restoring
from appliance.child_process import Child
from clinic_app import registry
from clinic_app.kernel import db, invariants, keys, opening
from tests.bench.client import Outcome
from tests.bench.clinics import config_of, furnish, open_clinic
from tests.bench.figures import machine, percentile, rounded
from tests.bench.report import say
from tests.bench.running import run_together
from tests.bench.script import STEPS, read_script
from tests.bench.server import Server

PATIENTS = 20_000
MOST = 2.0
BATCH_MB = 20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backing_up", description=__doc__)
    parser.add_argument("--mb", type=int, default=2000, help="size of the database (2000)")
    parser.add_argument("--clients", type=int, default=8, help="people at work (8)")
    parser.add_argument("--visits", type=int, default=100, help="visits in each round (100)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        found = measured(Path(scratch), given.mb, given.clients, given.visits)
    for name, value in found.items():
        say(f"{name:24} {value}")
    print(json.dumps(found, ensure_ascii=False))
    wrong = found["errors"] or found["different_invariants"] or found["worst_ratio"] > MOST
    return 1 if wrong else 0


def measured(scratch: Path, size_mb: int, clients: int, visits: int) -> dict[str, Any]:
    folder, seed = scratch / "clinic", keys.new_seed()
    _make(folder, seed, size_mb)
    script = read_script()
    with Server(folder) as server:
        run_together(server, script, clients, clients, 0)
        say(f"{visits} visits by {clients} clients in quiet")
        quiet, _rate = run_together(server, script, clients, visits, clients)
        beside, made = Outcome(), _Backups(folder)
        made.start()
        first = clients + visits
        while made.is_alive() or not beside.visits:
            say(f"{visits} visits by {clients} clients beside backup {len(made.each) + 1}")
            outcome, _rate = run_together(server, script, clients, visits, first)
            beside.add(outcome)
            first += visits
            made.enough = True
        made.join()
    steps = {step: _step(quiet, beside, step) for step in STEPS}
    return {
        "database_mb": (folder / opening.DATABASE).stat().st_size >> 20, "clients": clients,
        "visits": [quiet.visits, beside.visits], "errors": len(quiet.errors) + len(beside.errors),
        "backups": made.each, "p95_ms_quiet_beside_ratio": steps,
        "worst_ratio": max(ratio for _quiet, _beside, ratio in steps.values()), **_restored(scratch, folder, seed),
        "machine": machine(),
    }  # fmt: skip


class _Backups(threading.Thread):
    """Backups by the product's own child, one after the other, until somebody has worked beside them long enough."""

    def __init__(self, folder: Path):
        super().__init__(name="backups", daemon=True)
        self.folder, self.enough = folder, False
        self.each: list[dict[str, float]] = []

    def run(self) -> None:
        while not self.enough:
            made = Child(self.folder, "backup", "now", "--json").wait(lambda _step, _done, _of: None)
            self.each.append({name: made[f"{name}_ms"] / 1000 for name in ("copy", "restore", "total")})


def _make(folder: Path, seed: bytes, size_mb: int) -> None:
    say(f"making a clinic of {size_mb} MB")
    folder.mkdir()
    registry.wire(config_of(folder))
    opening.create_clinic(folder, seed, practice.FACTS, registry.migration_steps(), practice.fill)
    furnish(folder, PATIENTS)
    open_clinic(folder)
    with db.write_transaction() as conn:
        conn.execute("CREATE TABLE bench_ballast(id INTEGER PRIMARY KEY, content BLOB)")
    while (folder / opening.DATABASE).stat().st_size < size_mb << 20:
        with db.write_transaction() as conn:
            for _row in range(BATCH_MB):
                conn.execute("INSERT INTO bench_ballast(content) VALUES(randomblob(1000000))")
        db.checkpoint(truncate=True)
    opening.close_clinic()


def _step(quiet: Outcome, beside: Outcome, step: str) -> tuple[float, float, float]:
    before, after = (
        percentile([sample.ms for sample in one.samples if sample.request.step == step], 95) or 0.0
        for one in (quiet, beside)
    )
    return rounded(before) or 0.0, rounded(after) or 0.0, rounded(after / before) or 0.0 if before else 0.0


def _restored(scratch: Path, folder: Path, seed: bytes) -> dict[str, Any]:
    """The newest backup in another folder, by the sheet; its invariants beside those of the clinic."""
    say("restoring the newest into another folder")
    newest, other = places.local_backups(folder)[0], scratch / "other"
    other.mkdir()
    restored = restoring.restore(
        other, newest, restoring.key_set_of(seed, newest), [age_keys.identity(keys.backup_identity(seed))],
        lambda _step, _done, _of: None,
    )  # fmt: skip
    open_clinic(folder)
    own = {one.id: one.holds for one in invariants.results()}
    opening.close_clinic()
    shutil.rmtree(other)
    differ = [one.id for one in restored.results if own[one.id] != one.holds]
    return {"restore_s": rounded(restored.seconds), "invariants": len(own), "different_invariants": differ}


if __name__ == "__main__":
    began = time.monotonic()
    code = main(sys.argv[1:])
    say(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
