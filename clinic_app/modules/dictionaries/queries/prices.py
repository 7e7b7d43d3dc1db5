"""Dated prices (价格): which one holds on a business day (FE-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept


@dataclass(frozen=True, slots=True)
class Price:
    """`price_e4` of one pack or one service; a row whose last day lies before its first was replaced the same day."""

    id: int
    price_e4: int
    valid_from: str
    valid_to: str | None
    source: str
    is_reviewed: int
    recorded_at: int

    @property
    def was_replaced(self) -> bool:
        return self.valid_to is not None and self.valid_to < self.valid_from


@kept("price")
def price_on(item_id: bytes, day: date) -> int | None:
    """1/10000 yuan of one pack of a drug or one unit of a service on `day`; None when there is none (FE-03)."""
    return db.value(
        "SELECT price_e4 FROM price WHERE item_id = ?1 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to >= ?2)",
        (item_id, day.isoformat()),
    )


def prices_on(item_ids: Iterable[bytes], day: date) -> dict[bytes, int]:
    """The prices of several items; items without one are left out."""
    found = ((item_id, price_on(item_id, day)) for item_id in dict.fromkeys(item_ids))
    return {item_id: price for item_id, price in found if price is not None}


def prices_of(item_id: bytes) -> list[Price]:
    """Every price an item ever had or will have, newest first."""
    return db.read(
        Price,
        "SELECT id, price_e4, valid_from, valid_to, source, is_reviewed, recorded_at FROM price WHERE item_id = ?"
        " ORDER BY id DESC",
        (item_id,),
    )
