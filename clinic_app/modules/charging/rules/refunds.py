"""What is left of a bill when something of it is taken back (退费), and how the money goes back (FE-08 to FE-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import cash_rounding, line_amount
from clinic_app.modules.charging.rules.settlement import ARREARS, CASH, Payment


@dataclass(frozen=True)
class BilledLine:
    """A line of the bill that counts: quantity in minimum units, price of one pack."""

    key: bytes
    item: str
    category: str
    quantity: int
    pack_size: int
    price_e4: int
    amount_fen: int


@dataclass(frozen=True)
class RefundPlan:
    """The bill for the rest (`kept` payments, `rest` lines) and what goes back by method; everything in fen."""

    rest: tuple[BilledLine, ...]
    rest_total_fen: int
    waiver_fen: int
    rounding_fen: int
    kept: tuple[Payment, ...]
    back: tuple[tuple[str, int], ...]
    """What goes back by method, in the order of giving: the last payment first (FE-10)."""
    amount_fen: int
    taken: tuple[tuple[bytes, int, int], ...]
    """(line, quantity, amount in fen) of what is taken back."""


def plan_refund(
    lines: Sequence[BilledLine], taken: Mapping[bytes, int], payments: Sequence[Payment], *, waiver_fen: int,
    rounding_step_fen: int,
) -> RefundPlan:
    """What a refund of `taken` (line to minimum units, part of a line too) leaves and gives back.

    A line's rest is priced anew and rounded once, so that what goes back is the difference of two true amounts (QT-07).
    Relief stays as far as the rest carries it. Refused `charging.refund_nothing`, `.refund_quantity`.
    """
    if not taken:
        raise Refused("charging.refund_nothing")
    known = {line.key: line for line in lines}
    for key, quantity in taken.items():
        line = known.get(key)
        if line is None or not 0 < quantity <= line.quantity:
            raise Refused(
                "charging.refund_quantity", field="quantity", item=line.item if line else "",
                have=line.quantity if line else 0,
            )  # fmt: skip
    rest, told = [], []
    for line in lines:
        back = taken.get(line.key, 0)
        left = line.quantity - back
        amount = line_amount(line.price_e4, left, line.pack_size) if back else line.amount_fen
        if back:
            told.append((line.key, back, line.amount_fen - amount))
        if left:
            rest.append(
                BilledLine(line.key, line.item, line.category, left, line.pack_size, line.price_e4, amount)
            )
    total = sum(line.amount_fen for line in rest)
    waiver = min(waiver_fen, total)
    kept, rounding = keep(payments, total - waiver, rounding_step_fen)
    back_by_method = _back(payments, kept)
    return RefundPlan(
        tuple(rest), total, waiver, rounding, kept, back_by_method, sum(fen for _, fen in back_by_method), tuple(told)
    )


def keep(payments: Sequence[Payment], due_fen: int, rounding_step_fen: int) -> tuple[tuple[Payment, ...], int]:
    """Which payments stay for `due_fen`, the first ones first, and the rounding of the cash among them (FE-05, FE-10).

    None keeps more than was paid by it; cash is rounded as it was at the charge, and never above what was paid.
    """
    kept, left, rounding = [], due_fen, 0
    for payment in payments:
        part = min(payment.amount_fen, left)
        if payment.method == CASH and part:
            rounded = min(part + cash_rounding(part, rounding_step_fen), payment.amount_fen)
            rounding += rounded - part
            left -= part
            part = rounded
        else:
            left -= part
        if part:
            kept.append(Payment(payment.method, part, payment.reference))
    if left:
        rounding -= left  # what rounding down spared the patient at the charge
    return tuple(kept), rounding


def _back(payments: Sequence[Payment], kept: Sequence[Payment]) -> tuple[tuple[str, int], ...]:
    left: dict[str, int] = {}
    for payment in reversed(payments):
        left[payment.method] = left.get(payment.method, 0) + payment.amount_fen
    for payment in kept:
        left[payment.method] -= payment.amount_fen
    return tuple((method, fen) for method, fen in left.items() if fen)


def needs_approval(amount_fen: int, limit_fen: int, *, is_other_channel: bool) -> bool:
    """Whether somebody else approves it first: above the limit (FE-11), or back another way than paid (FE-10)."""
    return amount_fen > limit_fen or is_other_channel


def handed_back(
    back: Sequence[tuple[str, int]], channel: str, outstanding_fen: int,
    settled: Sequence[tuple[str, int]] | None = None,
) -> tuple[tuple[tuple[str, int], ...], int]:
    """What the patient really gets by method, and how much of the arrears is struck off instead of given.

    `channel` empty is the way it was paid; else everything goes back that way. Arrears (欠费) give no money back as far
    as they are `outstanding_fen`; of those that were paid meanwhile goes back what `settled` says (`settled_back`).
    """
    struck = min(sum(fen for method, fen in back if method == ARREARS), outstanding_fen)
    ways: list[tuple[str, int]] = []
    for method, fen in back:
        if method != ARREARS:
            ways.append((method, fen))
        else:
            ways += [(CASH, fen - struck)] if settled is None else settled
    sums: dict[str, int] = {}
    for method, given in ways:
        if given:
            sums[channel or method] = sums.get(channel or method, 0) + given
    return tuple(sums.items()), struck


def settled_back(
    settled: Sequence[Payment], owed_fen: int, left_fen: int, kept_fen: int, rounding_step_fen: int
) -> tuple[tuple[str, int], ...]:
    """What goes back of the payments that settled arrears of `owed_fen`, the last one first (FE-10), when the bill
    carried `left_fen` of them and keeps `kept_fen`; cash in coins as it was taken (FE-05), and never more than that."""

    def standing(fen: int) -> Sequence[Payment]:
        return settled if fen == owed_fen else keep(settled, fen, rounding_step_fen)[0]

    return _back(standing(left_fen), standing(kept_fen))
