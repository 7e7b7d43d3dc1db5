"""`python -m tests.faults --points 12000`: the power-cut tool on its own ledger, all settings, then the bit flips."""

import argparse
import sys

from tests.faults import ledger_workload as ledger
from tests.faults.bit_flips import flip_bits
from tests.faults.recorder import recording
from tests.faults.replay import replay, scratch_folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--points", type=int, default=12_000, help="power cuts; a wrong setting gets a tenth of them")
    parser.add_argument("--vouchers", type=int, default=200)
    parser.add_argument("--flips", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    as_expected = True
    for setting in (ledger.GOOD, *ledger.WRONG):
        right = setting == ledger.GOOD
        with scratch_folder() as folder:
            with recording(folder, disk_lies=setting.disk_lies) as tape:
                ledger.work(tape, setting, vouchers=options.vouchers, seed=options.seed)
            points = options.points if right else max(1, options.points // 10)
            outcome = replay(tape, ledger.judge, points=points, seed=options.seed, title=str(setting))
        as_expected &= (outcome.bad == 0) is right
        print(f"{setting}{'' if right else ' (must fail)'}: {outcome}", flush=True)
    with scratch_folder() as folder:
        pages = ledger.leave_as_killed(folder)
        for title, check in (("pages and log", ledger.opened_ok), ("pages only (must miss)", ledger.every_page_reads)):
            flips = flip_bits(folder, ledger.DATABASE, pages, check, flips=options.flips, seed=options.seed)
            as_expected &= bool(flips.missed) is (check is ledger.every_page_reads)
            print(f"bit flips, {title}: {flips}", flush=True)
    print("as expected" if as_expected else "NOT AS EXPECTED")
    return 0 if as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
