"""`make mutate`: is each rule of the domain guide held by a test? Break the rule in a copy and run its tests there.

A line for each mutation as it ends; ends with 1 when one survives or could not be tried. POSIX only.
"""

import argparse
import importlib
import sys
import time
from collections import Counter
from pathlib import Path

from tests.mutations.rows import Mutation, mutations
from tests.mutations.trial import applied, copied_tree, run

LIBRARIES = ("flask", "peewee", "apsw", "openpyxl", "cryptography", "argon2", "PIL", "segno", "hypothesis", "jinja2")
"""Imported once, before the forks."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--rule", action="append", default=[], help="a rule id or its beginning, such as QT-07 or FE")
    given = parser.parse_args()
    rows = mutations(tuple(given.rule))
    if not rows:
        parser.error("no mutation of that rule")
    for name in LIBRARIES:
        importlib.import_module(name)
    began = time.monotonic()
    with copied_tree() as tree:
        if said := _before(rows, tree):
            print(said)
            return 1
        outcomes = [(row, _tried(row, tree)) for row in rows]
    _report(outcomes, time.monotonic() - began)
    return 0 if all(outcome == "killed" for _, outcome in outcomes) else 1


def _before(rows: list[Mutation], tree: Path) -> str:
    """What is wrong before anything is mutated; makes the clinic that the runs share, and the bytecode."""
    tests = sorted({test for row in rows for test in row.tests})
    print(f"{len(rows)} mutations, {len(tests)} tests; unchanged first ...", flush=True)
    found = run(tests, tree, template=tree.parent, keep_bytecode=True)
    if found.error or found.failed:
        return f"fails unchanged: {', '.join(found.failed) or found.error}"
    silent = [test for test in tests if not _of(test, found.passed)]
    return f"not run: {', '.join(silent)}" if silent else ""


def _tried(row: Mutation, tree: Path) -> str:
    with applied(row, tree):
        found = run(list(row.tests), tree, template=None if row.at_creation else tree.parent)
    quiet = [test for test in row.tests if not _of(test, found.failed)]
    outcome = "killed" if not quiet else "broken" if found.error else "survived"
    print(f"{row.rule:7} {outcome:9} {row.change}", flush=True)
    for line in (found.error.splitlines()[-3:] if outcome == "broken" else quiet if quiet else ()):
        print(f"{'':17} {line}", flush=True)
    return outcome


def _of(test: str, nodes: tuple[str, ...]) -> list[str]:
    """The cases of a test among these node ids."""
    return [node for node in nodes if node == test or node.startswith(f"{test}[")]


def _report(outcomes: list[tuple[Mutation, str]], seconds: float) -> None:
    counts = Counter(outcome for _, outcome in outcomes)
    rules = {row.rule for row, _ in outcomes}
    print(
        f"\n{len(rules)} rules, {len(outcomes)} mutations: {counts['killed']} killed, {counts['survived']} survived, "
        f"{counts['broken']} broken; {seconds:.0f} s"
    )
    for row, outcome in outcomes:
        if outcome != "killed":
            print(f"  {row.rule} {outcome}: {row.change}")


if __name__ == "__main__":
    sys.exit(main())
