"""The monthly account of one drug at one place (月账): quantities and values that follow from each other (PH-12)."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic_app.kernel.money import line_amount

STOCKTAKE = ("stocktake",)


@dataclass(frozen=True, slots=True)
class Movement:
    """Minimum units that came (+) or went (-) on a day; `price_e4` the price of a pack on that day."""

    kind: str
    quantity: int
    price_e4: int


@dataclass(frozen=True, slots=True)
class Month:
    """opening + came_in - went_out + stocktake (+ price) = closing, in minimum units and in fen."""

    opening: int
    came_in: int
    went_out: int
    stocktake: int
    closing: int
    opening_fen: int
    in_fen: int
    out_fen: int
    stocktake_fen: int
    price_fen: int
    closing_fen: int


def month_of(
    opening: int, opening_e4: int, movements: Iterable[Movement], closing_e4: int, pack_size: int
) -> Month:
    """The account of a month from what lay there, what moved in order, and the prices of its days.

    A movement is worth what it adds to the value of the stock at its day's price, so that values add up to the fen;
    what is left is the price changes'.
    """
    units, price = opening, opening_e4
    quantity = {"in": 0, "out": 0, "stocktake": 0}
    fen = {"in": 0, "out": 0, "stocktake": 0}
    price_fen = 0
    for one in movements:
        if one.price_e4 != price:
            price_fen += line_amount(one.price_e4, units, pack_size) - line_amount(price, units, pack_size)
            price = one.price_e4
        worth = line_amount(price, units + one.quantity, pack_size) - line_amount(price, units, pack_size)
        side = "stocktake" if one.kind in STOCKTAKE else "in" if one.quantity > 0 else "out"
        sign = -1 if side == "out" else 1
        quantity[side] += sign * one.quantity
        fen[side] += sign * worth
        units += one.quantity
    price_fen += line_amount(closing_e4, units, pack_size) - line_amount(price, units, pack_size)
    return Month(
        opening, quantity["in"], quantity["out"], quantity["stocktake"], units,
        line_amount(opening_e4, opening, pack_size), fen["in"], fen["out"], fen["stocktake"], price_fen,
        line_amount(closing_e4, units, pack_size),
    )  # fmt: skip
