"""The phases of a run, each on a copy of a clinic of its own, each filling its part of the result."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clinic_app.kernel.opening import DATABASE
from tests.bench import aging, report
from tests.bench.client import Client, Outcome
from tests.bench.clinics import ROOT, clinic, copy_of
from tests.bench.figures import median, percentile, rounded
from tests.bench.options import Options
from tests.bench.patients import patient
from tests.bench.running import WARM_UP, Alone, page_weights, run_alone, run_together
from tests.bench.script import STEPS, read_script
from tests.bench.searching import search_ms, suggest_ms
from tests.bench.server import Server

SEARCHES, SUGGESTIONS, COLD_STARTS = 400, 200, 5
RAW_VISITS = 300


class Run:
    """One run: `found` is filled phase by phase."""

    def __init__(self, wanted: Options, scratch: Path, found: dict[str, Any], say: Callable[[str], None]) -> None:
        self.wanted, self.scratch, self.found, self.say = wanted, scratch, found, say
        self.script = read_script()
        self.next_patient = 0
        self._copies = 0

    def everything(self) -> None:
        """Every phase that the options ask for."""
        source = clinic(self.wanted.patients, self.say)
        folder = self.copy(source)
        grown = (folder / DATABASE).stat().st_size
        with Server(folder) as server:
            alone = self.alone(server)
            self.searches(server)
            done = alone.outcome.visits + WARM_UP + 1 + self.together(server)
            server.settle()
            self.found["memory"]["server_mb"], self.found["memory"]["child_mb"] = map(rounded, server.memory_mb())
            self.found["pages"] = page_weights(server, self.script, self.patients(1))
        self.found["visit"]["db_bytes"] = ((folder / DATABASE).stat().st_size - grown) // done
        self.raw(source)
        if self.wanted.trace:
            report.trace(self.traced(self.copy(source)))
        if self.wanted.profile:
            self.profile(source)
        if not self.wanted.quick:
            self.cold_start()
        if self.wanted.years:
            self.years(source, alone)

    def copy(self, source: Path) -> Path:
        self._copies += 1
        return copy_of(source, self.scratch / f"clinic-{self._copies}")

    def patients(self, count: int) -> int:
        """The first of `count` patients who were not here today."""
        first = self.next_patient
        self.next_patient += count
        return first

    def alone(self, server: Server) -> Alone:
        count = self.wanted.visits
        self.say(f"{count} visits, one after the other")
        before = server.ask("wal_bytes")
        alone = run_alone(server, self.script, count, self.patients(count + WARM_UP))
        visit = self.found["visit"]
        visit["wal_bytes"] = (server.ask("wal_bytes") - before) // (count + WARM_UP)
        visit["requests"] = len(self.script.requests)
        visit["cpu_ms"], visit["per_s_1"] = rounded(median(alone.cpu_ms)), rounded(alone.per_second)
        visit["errors"], visit["retries"] = len(alone.outcome.errors), alone.outcome.retries
        for error in alone.outcome.errors[:5]:
            self.say(f"  error: {error}")
        self.latencies(alone.outcome, 1)
        each = alone.request_medians()
        for kind in self.found["kinds"]:
            of_kind = [cpu for sample, cpu in each if sample.request.kind == kind]
            self.found["kinds"][kind]["cpu_ms"] = rounded(sum(of_kind) / len(of_kind)) if of_kind else None
        report.requests(each)
        return alone

    def together(self, server: Server) -> int:
        """The visits by many clients; how many were done."""
        done = 0
        for clients in self.wanted.clients:
            if clients == 1:
                continue
            count = max(self.wanted.visits, 2 * clients)
            self.say(f"{count} visits by {clients} clients at once")
            server.ask("lock_waits_ms")
            outcome, per_second = run_together(server, self.script, clients, count, self.patients(count))
            self.found["visit"][f"per_s_{clients}"] = rounded(per_second)
            self.found["visit"]["errors"] += len(outcome.errors)
            self.found["visit"]["retries"] += outcome.retries
            for error in outcome.errors[:5]:
                self.say(f"  error: {error}")
            self.found["lock"]["p99_ms"] = rounded(percentile(server.ask("lock_waits_ms"), 99))
            self.latencies(outcome, clients)
            done += outcome.visits
        return done

    def latencies(self, outcome: Outcome, clients: int) -> None:
        """What a person waits for each answer, step by step."""
        for step in STEPS:
            waited = [sample.ms for sample in outcome.samples if sample.request.step == step]
            for share in (50, 95, 99):
                self.found["steps"][step][f"p{share}_ms_{clients}"] = rounded(percentile(waited, share))

    def searches(self, server: Server) -> None:
        self.say(f"{SEARCHES} searches among {self.wanted.patients:,} patients")
        search_ms(server, self.wanted.patients, 16)
        waited = search_ms(server, self.wanted.patients, SEARCHES)
        suggested = suggest_ms(server, SUGGESTIONS) + waited
        self.found["search"][str(self.wanted.patients)] = {
            "p50_ms": rounded(percentile(waited, 50)), "p95_ms": rounded(percentile(waited, 95)),
        }  # fmt: skip
        self.found["suggest"]["p95_ms"] = rounded(percentile(suggested, 95))

    def raw(self, source: Path) -> None:
        """The same rows by plain SQL in this run, for the ratio."""
        self.say(f"the rows of {RAW_VISITS} visits by plain SQL")
        recording = self.scratch / "rows.json"
        folder = self.copy(source)
        recording.write_text(json.dumps(aging.record_rows(folder)), "utf-8")
        command = [sys.executable, "-m", "tests.bench.raw", str(folder), str(recording), str(RAW_VISITS)]
        answer = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        self.say(f"  {answer['rows']} rows in {answer['transactions']} transactions a visit")
        self.found["raw"] = {"cpu_ms": rounded(answer["cpu_ms"]), "per_s": rounded(answer["per_s"])}
        if self.found["visit"]["cpu_ms"]:
            self.found["ratio"]["cpu"] = rounded(self.found["visit"]["cpu_ms"] / answer["cpu_ms"])

    def cold_start(self) -> None:
        """From the start of the process to the first answered page, with a usual clinic's year in the folder."""
        folder = self.copy(aging.aged(self.wanted.patients, aging.Age(1, aging.USUAL), self.say))
        self.say(f"{COLD_STARTS} cold starts after one year")
        seconds = []
        for _ in range(COLD_STARTS):
            with Server(folder) as server:
                seconds.append(server.cold_s)
        self.found["start"]["cold_s"] = rounded(median(seconds))
        shutil.rmtree(folder)

    def years(self, source: Path, young: Alone) -> None:
        """The same visits after ten busy years: CPU, VM steps and full-scan steps against the empty clinic."""
        old = aging.aged(self.wanted.patients, aging.Age(self.wanted.years, aging.BUSY), self.say)
        self.say(f"{self.wanted.visits} visits after {self.wanted.years} years")
        folder = self.copy(old)  # one at a time: it is as large as the disk allows
        before, after = self.traced(self.copy(source)), self.traced(folder)
        with Server(folder) as server:
            aged = run_alone(server, self.script, self.wanted.visits, 2 * WARM_UP)
        shutil.rmtree(folder)
        self.found["years"] = {
            "cpu": rounded((median(aged.cpu_ms) or 0) / (median(young.cpu_ms) or 1)),
            "vm_steps": rounded(report.total(after, 1) / max(report.total(before, 1), 1)),
            "scan_steps": rounded(report.total(after, 2) / max(report.total(before, 2), 1)),
        }  # fmt: skip
        report.compared(before, after)

    def traced(self, folder: Path) -> dict[str, dict[str, list[int]]]:
        """What SQLite does for the visit after some others of the day, statement by statement."""
        with Server(folder, "trace") as server:
            client = Client(server.port, folder, 0, self.script)
            for n in range(WARM_UP + 1):
                server.settle()
                server.ask("trace")
                client.visit(patient(n))
            server.settle()
            client.close()
            return dict(server.ask("trace"))

    def profile(self, source: Path) -> None:
        with Server(self.copy(source), "profile") as server:
            run_alone(server, self.script, 0, 0)
            server.ask("profile")
            run_alone(server, self.script, self.wanted.visits, WARM_UP, warm_up=0)
            self.say(server.ask("profile"))
