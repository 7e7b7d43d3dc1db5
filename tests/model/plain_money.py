"""What is left of a bill when something of it is taken back, and what goes back to the patient, in plain arithmetic."""

from dataclasses import dataclass
from fractions import Fraction

from tests.model.plain_clinic import priced, rounded
from tests.model.plain_records import Bill, Charged, Line


@dataclass(frozen=True)
class Back:
    """The bill for the rest, and what goes back by method, the last payment first; everything in fen."""

    rest: list[Charged]
    waiver: int
    kept: dict[str, int]
    by_method: dict[str, int]

    @property
    def amount(self) -> int:
        return sum(self.by_method.values())

    def given(self, channel: str, bill: Bill, coin: int) -> tuple[dict[str, int], int]:
        """What the patient gets by method, a paid debt as it was paid, and what is struck off the debt instead."""
        struck = min(self.by_method.get("arrears", 0), bill.owed)
        ways: dict[str, int] = {}
        for method, fen in self.by_method.items():
            way, left = method, fen
            if method == "arrears":
                carried = bill.paid_by["arrears"]
                way = bill.settled_by or "cash"
                left = 0 if struck else _of_debt(bill, carried, coin) - _of_debt(bill, carried - fen, coin)
            if left:
                ways[channel or way] = ways.get(channel or way, 0) + left
        return ways, struck


def _of_debt(bill: Bill, carried: int, coin: int) -> int:
    """What of the money that settled a debt stands for so much of it: cash in coins, and never more than came."""
    part = min(carried, bill.settled)
    if bill.settled_by == "cash":
        part = min(rounded(Fraction(part, coin)) * coin, bill.settled)
    return part


def taken_back(bill: Bill, taken: dict[Line, int], coin: int) -> Back:
    """The rest is priced anew; the first payments stay for it, cash of them in coins and never more than was paid."""
    rest = []
    for one in bill.charged:
        left = one.quantity - taken.get(one.line, 0)
        if left:
            rest.append(one if one.line not in taken else priced(one.line, left, one.price))
    total = sum(one.amount for one in rest)
    waiver = min(bill.waiver, total)
    due, kept = total - waiver, {}
    for method, fen in bill.paid_by.items():
        part = min(fen, due)
        due -= part
        if method == "cash":
            part = min(rounded(Fraction(part, coin)) * coin, fen)
        if part:
            kept[method] = part
    back = {method: fen - kept.get(method, 0) for method, fen in reversed(bill.paid_by.items())}
    return Back(rest, waiver, kept, {method: fen for method, fen in back.items() if fen})
