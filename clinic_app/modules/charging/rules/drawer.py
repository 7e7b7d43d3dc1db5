"""The cash in the drawer (钱箱): what should lie in it, what was counted, and why the two differ (FE-13)."""

from collections.abc import Mapping, Sequence

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging.rules.reasons import reason_line

MOST_PIECES = 99_999


def denominations(text: str) -> tuple[int, ...]:
    """The notes and coins of the parameter in fen, largest first: `10000 5000 100`. ValueError for anything else."""
    found = [int(part) for part in text.split()]
    if any(fen <= 0 for fen in found):
        raise ValueError("a note is worth more than nothing")
    return tuple(sorted(set(found), reverse=True))


def counted_sum(pieces: Mapping[int, int]) -> int:
    """What so many notes and coins of each kind come to, in fen; Refused `charging.pieces` for one out of range."""
    for fen, count in pieces.items():
        if not 0 <= count <= MOST_PIECES:
            raise Refused("charging.pieces", field=f"n{fen}", value=count)
    return sum(fen * count for fen, count in pieces.items())


def expected_cash(float_fen: int, cash_fen: int, movements: Sequence[int]) -> int:
    """Opening float (备用金), the cash of the ledger, and what was put in (+) or taken out (-) meanwhile (M5)."""
    return float_fen + cash_fen + sum(movements)


def difference_reason(counted_fen: int, expected_fen: int, reason: str) -> str:
    """Empty when the count is right, else the cashier's words; Refused `charging.difference_reason` without them."""
    if counted_fen == expected_fen:
        return ""
    if not reason.strip():
        raise Refused("charging.difference_reason", field="why", difference=yuan(counted_fen - expected_fen))
    return reason_line(reason)
