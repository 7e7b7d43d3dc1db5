"""How far charge lines are (收费状态), for the subjects that wait for the money."""

from collections.abc import Collection
from dataclasses import dataclass

from clinic_app.kernel import db

_STATES = (
    "SELECT source_id, source_line_id, id, state, quantity, refunded FROM charge_line INDEXED BY charge_line_by_source"
    " WHERE source_id = ? ORDER BY state = 'withdrawn' DESC, opened_at"
)


@dataclass(frozen=True, slots=True)
class LineState:
    """One charge line: `state` open, billed or withdrawn, `quantity` charged, `refunded` what was taken back of it."""

    charge_line_id: bytes
    state: str
    quantity: int
    refunded: int

    @property
    def is_paid(self) -> bool:
        """Whether something of it is paid and was not taken back."""
        return self.state == "billed" and self.refunded < self.quantity


def line_states(source_ids: Collection[bytes]) -> dict[tuple[bytes, bytes | int], LineState]:
    """The charge lines of these sources by (source id, source line id); a line opened anew hides the withdrawn one."""
    found = {}
    for source_id in dict.fromkeys(source_ids):
        for source, line_id, *told in db.rows(_STATES, (source_id,)):
            found[source, line_id] = LineState(*told)
    return found
