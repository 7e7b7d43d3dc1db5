"""Visits by one client and by many, and what they came to."""

import threading
import time
from dataclasses import dataclass, field

from tests.bench.client import Client, Outcome, Sample
from tests.bench.figures import median
from tests.bench.patients import patient
from tests.bench.script import Script
from tests.bench.server import Server

WARM_UP = 8


@dataclass
class Alone:
    """One client's visits: CPU-ms of the whole server per visit, and of each request of the script."""

    outcome: Outcome
    per_second: float
    cpu_ms: list[float] = field(default_factory=list)
    requests_cpu_ms: list[list[float]] = field(default_factory=list)

    def request_medians(self) -> list[tuple[Sample, float]]:
        """Each request of the script with its median CPU-ms, papers left out."""
        first = self.outcome.samples[: len(self.requests_cpu_ms[0])] if self.requests_cpu_ms else []
        columns = zip(*self.requests_cpu_ms, strict=True)
        return [(sample, median(column) or 0.0) for sample, column in zip(first, columns, strict=True)]


def run_alone(server: Server, script: Script, count: int, first: int, *, warm_up: int = WARM_UP) -> Alone:
    """`count` visits of the patients from `first` on by one client, after some that are not counted."""
    client = Client(server.port, server.folder, 0, script)
    found = Alone(Outcome(), 0.0)
    spent = 0.0
    for n in range(-warm_up, count):
        server.ask("requests_cpu_ms")
        before = server.ask("cpu_ms")
        began = time.perf_counter()
        outcome = client.visit(patient(first + warm_up + n), weigh=n < 0)
        took = time.perf_counter() - began
        each = server.ask("requests_cpu_ms")
        server.settle()
        if n < 0 and not outcome.errors:
            continue
        found.outcome.add(outcome)
        spent += took
        if not outcome.errors:
            found.cpu_ms.append(server.ask("cpu_ms") - before)
            found.requests_cpu_ms.append(each)
    client.close()
    found.per_second = found.outcome.visits / spent if spent else 0.0
    return found


def run_together(server: Server, script: Script, clients: int, count: int, first: int) -> tuple[Outcome, float]:
    """`count` visits by `clients` at once, without a pause for thought; what they came to and visits a second."""
    people = [Client(server.port, server.folder, place, script) for place in range(clients)]
    outcomes = [Outcome() for _ in people]
    left = iter(range(first, first + count))
    lock = threading.Lock()

    def work(place: int) -> None:
        while True:
            with lock:
                n = next(left, None)
            if n is None:
                return
            outcomes[place].add(people[place].visit(patient(n)))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    whole = Outcome()
    for place, outcome in enumerate(outcomes):
        whole.add(outcome)
        people[place].close()
    return whole, whole.visits / took


def page_weights(server: Server, script: Script, n: int) -> dict[str, dict[str, float]]:
    """The compressed size in KB of every whole page of a visit, by name."""
    client = Client(server.port, server.folder, 0, script)
    outcome = client.visit(patient(n), weigh=True)
    client.close()
    pages = [sample for sample in outcome.samples if sample.request.kind == "page"]
    return {sample.request.name: {"gzip_kb": round(sample.gzip_bytes / 1024, 1)} for sample in pages}
