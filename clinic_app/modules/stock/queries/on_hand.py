"""The stock list (库存): every batch with its state, and drugs of which nothing is left."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.modules.stock.queries.batches import pharmacy_place
from clinic_app.modules.stock.rules import days_left

_ON_HAND = """
SELECT d.id, d.code, d.name, d.name_en, d.strength_text, d.maker, d.shelf, d.pack_size, d.pack_unit, d.min_unit,
    d.pack_unit_en, d.min_unit_en, b.id, b.batch_no, b.expires_on, b.is_frozen, b.frozen_reason, s.on_hand, s.reserved
FROM drug AS d
LEFT JOIN (batch AS b JOIN stock_balance AS s ON s.batch_id = b.id AND s.place_id = :place AND s.on_hand > 0)
    ON b.drug_id = d.id
WHERE d.is_disabled = 0 OR b.id IS NOT NULL
ORDER BY d.shelf = '', d.shelf, d.name, d.strength_text, b.expires_on, b.batch_no
"""
NEAR, EXPIRED, SOLD_OUT, FROZEN, FINE = "near", "expired", "sold_out", "frozen", "fine"


@dataclass(frozen=True, slots=True)
class OnHand:
    """A line of the stock list: one batch of a drug, or a drug of which nothing is left (`batch_id` None).

    `state` is fine, near, expired, frozen or sold_out; `days` to the last day of use.
    """

    drug_id: bytes
    code: str
    name: str
    name_en: str
    strength_text: str
    maker: str
    shelf: str
    pack_size: int
    pack_unit: str
    min_unit: str
    pack_unit_en: str
    min_unit_en: str
    batch_id: bytes | None
    batch_no: str
    expires_on: str
    frozen_reason: str
    on_hand: int
    reserved: int
    state: str
    days: int | None


def on_hand(on: date) -> list[OnHand]:
    """The pharmacy's stock by shelf, drug and batch, with drugs of which nothing is left."""
    near_days = parameters.value("stock.near_expiry_days", on)
    found = []
    for row in db.rows(_ON_HAND, {"place": pharmacy_place().id}):
        batch_id, batch_no, expires_on, is_frozen, reason, units, reserved = row[12:]
        if batch_id is None:
            found.append(OnHand(*row[:12], None, "", "", "", 0, 0, SOLD_OUT, None))
            continue
        days = days_left(date.fromisoformat(expires_on), on)
        state = EXPIRED if days < 0 else FROZEN if is_frozen else NEAR if days <= near_days else FINE
        found.append(OnHand(*row[:12], batch_id, batch_no, expires_on, reason, units, reserved, state, days))
    return found
