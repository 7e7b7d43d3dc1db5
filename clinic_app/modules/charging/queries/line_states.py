"""What became of the charge lines of a source: for subjects that execute only what is paid."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class LineState:
    """`state` open, billed or withdrawn; `quantity` as charged, `refunded` what of it was taken back."""

    state: str
    quantity: int
    refunded: int

    @property
    def is_paid(self) -> bool:
        return self.state == "billed" and self.refunded < self.quantity

    @property
    def paid(self) -> int:
        """How much of it is paid and not taken back."""
        return self.quantity - self.refunded if self.state == "billed" else 0


_OF_SOURCE = (
    "SELECT source_id, source_line_id, state, quantity FROM charge_line INDEXED BY charge_line_of_source"
    " WHERE source_id = ? ORDER BY state <> 'withdrawn'"
)


def line_states(source_ids: Iterable[bytes]) -> dict[tuple[bytes, bytes | int], LineState]:
    """(source id, source line id) to its state; a line withdrawn and opened again is the one that counts."""
    found: dict[tuple[bytes, bytes | int], LineState] = {}
    for source_id in dict.fromkeys(source_ids):
        for source, line, state, quantity in db.rows(_OF_SOURCE, (source_id,)):
            found[source, line] = LineState(state, quantity, 0)
    return found
