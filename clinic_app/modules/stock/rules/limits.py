"""Alarms of the stock (预警), what to buy, what a batch sale comes to, price changes (PH-06, PH-07, PH-09, PH-10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_app.kernel.money import line_amount

RED, ORANGE, YELLOW = "red", "orange", "yellow"


@dataclass(frozen=True, slots=True)
class ExpiryLimits:
    """Days before the last day of use at which the colour begins (PH-06)."""

    yellow: int
    orange: int
    red: int


def expiry_colour(days: int, limits: ExpiryLimits) -> str | None:
    """The colour of a batch with `days` to its last day, red once expired; None while it is far (PH-06)."""
    for colour, most in ((RED, limits.red), (ORANGE, limits.orange), (YELLOW, limits.yellow)):
        if days <= most:
            return colour
    return None


def suggestion(minimum: int, maximum: int, on_hand: int, on_order: int, pack_size: int) -> int:
    """Minimum units to buy, in whole packs: up to the maximum once what is there and ordered is below the minimum
    (PH-07)."""
    there = on_hand + on_order
    if there >= minimum:
        return 0
    packs = -(-(maximum - there) // pack_size)
    return packs * pack_size


def batch_amount(parts: Sequence[tuple[int, int]], pack_size: int) -> int:
    """Fen of a sale at the purchase price of its batches (批次成本价): each (minimum units, cost of a pack) rounded
    once (PH-09)."""
    return sum(line_amount(cost_e4, quantity, pack_size) for quantity, cost_e4 in parts)


def price_of_cost(cost_e4: int, now_e4: int | None, *, is_marked_up: bool) -> int | None:
    """The price of a pack that was bought for `cost_e4` where nothing is put on top (零差率, PH-09).

    None when the price stays: herbal pieces may keep a mark-up, goods without a cost say nothing of a price.
    """
    return None if is_marked_up or not cost_e4 or cost_e4 == now_e4 else cost_e4


def price_difference(quantity: int, old_e4: int, new_e4: int, pack_size: int) -> int:
    """What a price change does to the value of the stock, in fen (PH-10)."""
    return line_amount(new_e4, quantity, pack_size) - line_amount(old_e4, quantity, pack_size)
