"""How slow this machine is just now: a budget in processor time is held at the speed it was set at.

Neighbours on the same cores may halve the speed of a whole run; only a piece of work that never changes, done beside
it, tells that from a product that became slow.
"""

import time

QUIET_S = 0.0093
"""Processor seconds of the work below on the quiet machine of the budgets."""


def slowness() -> float:
    """1.0 at the speed of the budgets or above it, 2.0 at half of it; the best of nine, as budgets take their best."""
    spent = []
    for _ in range(9):
        began = time.process_time()
        sum(number * number for number in range(100_000))
        spent.append(time.process_time() - began)
    return max(1.0, min(spent) / QUIET_S)
