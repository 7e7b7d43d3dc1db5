"""Money (金额) as integer fen and unit prices as integers of 1/10000 yuan (`_e4`); rounding happens here and once."""

import re

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, NUMBER, excerpt, typed_number

LARGEST_FEN = 999_999_999
LARGEST_E4 = 99_999_999_999
_AMOUNT = re.compile(r"(?P<sign>-?)\s*¥?\s*" + NUMBER + r"\s*元?")


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to a quotient, a half away from zero, so that a red document mirrors its blue one.

    TypeError on anything but int: a float that got this far has already lost the exact amount.
    """
    if type(numerator) is not int or type(denominator) is not int:
        raise TypeError("money is rounded from whole numbers only")
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def line_amount(price_e4: int, quantity: int, pack_size: int = 1) -> int:
    """Fen for `quantity` minimum units of a pack that costs `price_e4`, rounded once at the line (QT-07)."""
    return round_half_up(price_e4 * quantity, pack_size * 100)


def cash_rounding(fen: int, step_fen: int) -> int:
    """The difference in fen that makes an amount payable in coins of `step_fen` (FE-05 分币): 3746 at 10 gives +4."""
    return round_half_up(fen, step_fen) * step_fen - fen


def parse_yuan(text: str, *, field: str) -> int:
    """The typed amount of yuan in fen: `12.5`, `１２．５０`, `¥1,234.50`, `3元`; at most 9,999,999.99.

    Refused `money.empty`, `money.not_an_amount`, `money.negative`, `money.too_many_decimals`, `money.too_large`.
    """
    return _parse(text, field=field, places=2, largest=LARGEST_FEN)


def parse_price(text: str, *, field: str) -> int:
    """The typed price of yuan in 1/10000 yuan, at most 4 decimals; Refused as `parse_yuan`."""
    return _parse(text, field=field, places=4, largest=LARGEST_E4)


def yuan(fen: int) -> str:
    """`1,234.50`; a minus is U+2212 so that it lines up with digits and does not break from them."""
    return f"{'−' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def price(e4: int) -> str:
    """A unit price with 2 to 4 decimals, as many as it has: `18.70`, `0.125`."""
    decimals = f"{abs(e4) % 10_000:04d}"
    return f"{'−' if e4 < 0 else ''}{abs(e4) // 10_000:,}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def _parse(text: str, *, field: str, places: int, largest: int) -> int:
    if len(text) <= LONGEST_TYPED and not text.strip():
        raise Refused("money.empty", field=field)
    typed = _AMOUNT.fullmatch(typed_number(text)) if len(text) <= LONGEST_TYPED else None
    if typed is None:
        raise Refused("money.not_an_amount", field=field, value=excerpt(text))
    decimals = typed["tail"] or typed["only"] or ""
    if len(decimals) > places:
        raise Refused("money.too_many_decimals", field=field, value=excerpt(text), places=places)
    amount = int((typed["whole"] or "0").replace(",", "") + decimals.ljust(places, "0"))
    if typed["sign"] and amount:
        raise Refused("money.negative", field=field, value=excerpt(text))
    if amount > largest:
        limit = f"{largest // 10**places:,}.{'9' * places}"
        raise Refused("money.too_large", field=field, value=excerpt(text), limit=limit)
    return amount
