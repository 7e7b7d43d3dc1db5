"""First expiry first out (先到期先发): which batches a quantity is taken from (PH-05, PH-08)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from clinic_app.kernel.errors import Refused
from clinic_app.modules.stock.rules.expiry import is_usable

BatchId = TypeVar("BatchId")


@dataclass(frozen=True)
class Batch(Generic[BatchId]):
    """A batch (批号) at one place: minimum units free to take, that is on hand less reserved, and its last day."""

    batch_id: BatchId
    free: int
    expires_on: date
    is_frozen: bool = False


def available(batches: Iterable[Batch[BatchId]], today: date) -> int:
    """Minimum units that may be taken today; expired and frozen batches count nothing."""
    return sum(batch.free for batch in _usable(batches, today))


def allocate(
    batches: Sequence[Batch[BatchId]], needed: int, today: date, *, item: str
) -> list[tuple[BatchId, int]]:
    """Batch ids and quantities that add up to `needed`, earliest expiry first, the given order among equals.

    Refused `stock.not_enough` (facts item, needed, available) and then nothing is taken; ValueError when `needed` is
    not positive.
    """
    if needed < 1:
        raise ValueError("at least one minimum unit is allocated")
    free = available(batches, today)
    if free < needed:
        raise Refused("stock.not_enough", field="quantity", item=item, needed=needed, available=free)
    taken: list[tuple[BatchId, int]] = []
    for batch in sorted(_usable(batches, today), key=lambda batch: batch.expires_on):
        quantity = min(batch.free, needed)
        taken.append((batch.batch_id, quantity))
        needed -= quantity
        if not needed:
            break
    return taken


def _usable(batches: Iterable[Batch[BatchId]], today: date) -> list[Batch[BatchId]]:
    return [
        batch for batch in batches if batch.free > 0 and not batch.is_frozen and is_usable(batch.expires_on, today)
    ]
