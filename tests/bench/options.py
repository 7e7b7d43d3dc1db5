"""What a run measures: the command line."""

import argparse
from dataclasses import dataclass

from tests.bench.clinics import MOST_CLIENTS

QUICK_PATIENTS, QUICK_VISITS = 2_000, 20


@dataclass(frozen=True, slots=True)
class Options:
    """`quick` leaves out what takes an old clinic."""

    patients: int
    visits: int
    clients: tuple[int, ...]
    years: int
    quick: bool
    trace: bool
    profile: bool


def options(arguments: list[str]) -> Options:
    """The command line; exits with 2 and a sentence for one that is not understood."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="the visit, measured over HTTP")
    parser.add_argument("--patients", type=int, default=100_000, help="patients of the clinic (100000)")
    parser.add_argument("--visits", type=int, default=100, help="visits by one client, and by all together (100)")
    parser.add_argument("--clients", default="1,10", help="1, 10 or 1,10")
    parser.add_argument("--years", type=int, default=0, choices=(0, 10), help="10: also beside ten busy years (0)")
    parser.add_argument("--quick", action="store_true", help="2000 patients, 20 visits, no old clinic; under a minute")
    parser.add_argument("--trace", action="store_true", help="print statements and VM steps of each request")
    parser.add_argument("--profile", action="store_true", help="print where the server's Python spends its time")
    given = parser.parse_args(arguments)
    try:
        clients = tuple(sorted({int(text) for text in given.clients.split(",")}))
    except ValueError:
        parser.error(f"--clients: numbers separated by commas, not {given.clients!r}")
    if clients[0] < 1 or clients[-1] > MOST_CLIENTS or given.patients < 1_000 or given.visits < 1:
        parser.error(f"--clients 1 to {MOST_CLIENTS}, --patients 1000 or more, --visits 1 or more")
    if given.quick:
        return Options(QUICK_PATIENTS, QUICK_VISITS, clients, 0, True, given.trace, given.profile)
    return Options(given.patients, given.visits, clients, given.years, False, given.trace, given.profile)
