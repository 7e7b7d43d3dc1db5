"""How much of a paid line is still to be handed out, may come back, may be refunded; all in minimum units."""

from dataclasses import dataclass

from clinic_app.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Given:
    """One paid line: `returned` counts what was accepted back, `refunded_returned` how much of that was paid back,
    `refunded_owed` what was paid back without ever being handed out."""

    paid: int
    dispensed: int = 0
    returned: int = 0
    refunded_returned: int = 0
    refunded_owed: int = 0


def owed(line: Given) -> int:
    """What the patient has paid for and not got (欠药): a drug taken back is to be refunded, not handed out again."""
    return line.paid - line.dispensed - line.refunded_owed


def still_out(line: Given) -> int:
    """What is with the patient and may come back."""
    return line.dispensed - line.returned


def check_given(quantity: int, left: int, *, field: str, drug: str) -> None:
    """Refused `pharmacy.quantity_wrong` unless 0 to what is left is handed out now."""
    if not 0 <= quantity <= left:
        raise Refused("pharmacy.quantity_wrong", field=field, drug=drug, left=left)


def split_refund(line: Given, quantity: int) -> tuple[int, int]:
    """A refund of `quantity` as (from what was accepted back, from what was never handed out)."""
    waiting = line.returned - line.refunded_returned
    from_returned = min(quantity, waiting)
    return from_returned, quantity - from_returned


def check_refund(line: Given, quantity: int, *, drug: str) -> None:
    """Refused `pharmacy.not_returned` for what the patient holds: it comes back and is accepted first (FE-09)."""
    refundable = line.returned - line.refunded_returned + owed(line)
    if quantity > refundable:
        raise Refused(
            "pharmacy.not_returned", field="quantity", drug=drug, wanted=quantity, refundable=refundable,
            given=still_out(line),
        )  # fmt: skip
