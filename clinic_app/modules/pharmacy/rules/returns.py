"""What becomes of a drug that a patient brings back (退药验收)."""

from datetime import date

from clinic_app.kernel.money import line_amount

CONDITIONS = ("sealed", "opened", "damaged")


def outcome_of(
    condition: str, *, is_accepted: bool, expires_on: date, is_frozen: bool, is_registered: bool, today: date
) -> str:
    """`stock` only for an unopened pack in date of a batch that may go out; `damaged` for the rest that is accepted.

    Narcotics and psychotropics I are never sold again. Common professional knowledge, to be confirmed by the clinic.
    """
    if not is_accepted:
        return "refused"
    can_be_sold = condition == "sealed" and expires_on >= today and not is_frozen and not is_registered
    return "stock" if can_be_sold else "damaged"


def difference_fen(sold_e4: int, now_e4: int, quantity: int, pack_size: int) -> int:
    """What a return brings into the stock at today's price less what the patient paid for it, in fen (PH-11)."""
    return line_amount(now_e4, quantity, pack_size) - line_amount(sold_e4, quantity, pack_size)
