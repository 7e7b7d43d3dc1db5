"""Percentiles and the shape of the result."""

import math
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from tests.bench.script import KINDS, STEPS


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` percent of the values do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share / 100 * len(values)), 1) - 1]


def rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def median(values: Iterable[float]) -> float | None:
    found = list(values)
    return statistics.median(found) if found else None


def empty() -> dict[str, Any]:
    """Every key of a result; null is what a run did not measure."""
    clients = ("1", "10")
    return {
        "visit": dict.fromkeys(
            ("cpu_ms", "requests", "per_s_1", "per_s_10", "errors", "retries", "db_bytes", "wal_bytes")
        ),
        "steps": {step: {f"p{share}_ms_{n}": None for n in clients for share in (50, 95, 99)} for step in STEPS},
        "kinds": {kind: {"cpu_ms": None} for kind in KINDS},
        "raw": {"cpu_ms": None, "per_s": None},
        "ratio": {"cpu": None},
        "lock": {"p99_ms": None},
        "search": {},
        "suggest": {"p95_ms": None},
        "start": {"cold_s": None},
        "memory": {"server_mb": None, "child_mb": None},
        "pages": {},
        "years": {"cpu": None, "vm_steps": None, "scan_steps": None},
        "machine": machine(),
    }


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "cores": os.cpu_count(), "cpu": _cpu_name(), "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(), "sqlite": apsw.sqlite_lib_version(),
    }  # fmt: skip


def _cpu_name() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")
