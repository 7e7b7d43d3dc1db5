"""What must be true of bills, ledger, refunds, shifts, months and numbers at any time (reliability M1 to M6, N1)."""

from clinic_app.kernel.invariants import Invariant
from clinic_app.modules.charging.invariants import bills, numbers, refunds, shifts

INVARIANTS: tuple[Invariant, ...] = (*bills.INVARIANTS, *refunds.INVARIANTS, *shifts.INVARIANTS, *numbers.INVARIANTS)
