"""`make faults`: power cuts, kills, flipped bits and bad disks in full, and their wrong twins that must be found out.

A line for each trial as it ends, and a table of all at the end; ends with 1 when anything is not as expected: bad where
nothing may be, or nothing where something must be found. `--quick` does a tenth of it.
"""

import argparse
import sys
import time

from tests.faults.trials import QUICK, TRIALS, Result, Size


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--seed", type=int, default=1, help="where it cuts, when it kills, what it flips")
    parser.add_argument("--only", default="", help="trials whose title begins so, such as 'kill'")
    given = parser.parse_args()
    size = QUICK if given.quick else Size()
    began = time.monotonic()
    results = []
    for trial in (one for one in TRIALS if one.title.startswith(given.only)):
        results.append(trial.run(size, given.seed))
        print(results[-1], flush=True)
    seconds = time.monotonic() - began
    print(f"\n{table(results)}\n{summary(results)}, seed {given.seed}, {seconds:.0f} s", flush=True)
    return 0 if results and all(one.as_expected for one in results) else 1


def table(results: list[Result]) -> str:
    """All trials again, and below those that are not as expected what was found."""
    rows = []
    for one in results:
        rows.append(str(one))
        if not one.as_expected:
            rows += [f"      {line}" for line in one.done.splitlines()[1:]]
    return "\n".join(rows)


def summary(results: list[Result]) -> str:
    good = sum(one.as_expected for one in results)
    controls = [one for one in results if one.trial.must_fail]
    found = sum(one.as_expected for one in controls)
    return f"{good} of {len(results)} trials as expected, {found} of {len(controls)} wrong twins found out"


if __name__ == "__main__":
    sys.exit(main())
