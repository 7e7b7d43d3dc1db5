"""Progress and tables for people, on standard error."""

import sys
from fnmatch import fnmatch
from typing import Any

from tests.bench.running import Sample

# The most that a figure may be; whoever changes one says why in the design of the clinic's speed.
TARGETS: tuple[tuple[str, float], ...] = (
    ("visit.cpu_ms", 40), ("visit.errors", 0), ("visit.retries", 0), ("visit.db_bytes", 10_000),
    ("steps.*.p95_ms_1", 30), ("steps.*.p95_ms_10", 100),
    ("kinds.fragment.cpu_ms", 1), ("kinds.page.cpu_ms", 3), ("kinds.write.cpu_ms", 2.5),
    ("ratio.cpu", 60), ("lock.p99_ms", 50), ("search.100000.p95_ms", 10), ("search.1000000.p95_ms", 50),
    ("suggest.p95_ms", 20), ("start.cold_s", 1.2), ("memory.server_mb", 100), ("memory.child_mb", 20),
    ("pages.*.gzip_kb", 60), ("years.*", 1.5),
)  # fmt: skip
Traced = dict[str, dict[str, list[int]]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def requests(each: list[tuple[Sample, float]]) -> None:
    """Median CPU of every request of the script."""
    for sample, cpu in each:
        request = sample.request
        say(f"  {request.step:9} {request.kind:9} {request.name:24} {cpu:6.2f} CPU-ms")


def table(found: dict[str, Any]) -> None:
    """Every figure on a line of its own, with what it should be at most and whether it is."""
    say(f"{'':36} {'measured':>12} {'target':>10}")
    for key, values in found.items():
        for name, value in _flat(values):
            full = f"{key}.{name}"
            shown = "not measured" if value is None else str(value)
            say(f"{full:36} {shown:>12} {_beside(full, value)}".rstrip())


def _beside(name: str, value: Any) -> str:
    """The target of a figure, `over` where it is missed."""
    most = next((most for pattern, most in TARGETS if fnmatch(name, pattern)), None)
    if most is None:
        return ""
    return f"{most:>10g} {'over' if value is not None and value > most else ''}"


def _flat(values: Any, before: str = "") -> list[tuple[str, Any]]:
    if not isinstance(values, dict):
        return [(before.rstrip("."), values)]
    return [pair for name, value in values.items() for pair in _flat(value, f"{before}{name}.")]


def total(traced: Traced, column: int) -> int:
    """The sum of one count (0 runs, 1 VM steps, 2 full-scan steps) over all requests."""
    return sum(counts[column] for statements in traced.values() for counts in statements.values())


def trace(traced: Traced) -> None:
    """Each request with its statements, VM steps and full-scan steps; then the statements that step most."""
    for where, statements in sorted(traced.items(), key=lambda item: -sum(one[1] for one in item[1].values())):
        runs, steps, scans = (sum(counts[column] for counts in statements.values()) for column in range(3))
        say(f"  {where[:60]:60} {runs:5} statements {steps:8} steps {scans:6} scanned")
    heaviest: dict[str, list[int]] = {}
    for statements in traced.values():
        for sql, counts in statements.items():
            kept = heaviest.setdefault(sql, [0, 0, 0])
            heaviest[sql] = [kept[column] + counts[column] for column in range(3)]
    for sql, (runs, steps, scans) in sorted(heaviest.items(), key=lambda item: -item[1][1])[:20]:
        say(f"  {runs:4} x {steps // max(runs, 1):6} steps {scans:5} scanned  {' '.join(sql.split())[:110]}")


def compared(before: Traced, after: Traced) -> None:
    """Which requests step more in an old clinic than in a new one."""
    for where in sorted(after):
        young = sum(counts[1] for counts in before.get(where, {}).values())
        old = sum(counts[1] for counts in after[where].values())
        if old > 1.5 * max(young, 1):
            say(f"  {where[:60]:60} {young:8} -> {old:8} steps")
