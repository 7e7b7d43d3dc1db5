"""Places, batches and what is held (库位、批号、预留)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, db, parameters
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.kept import kept

_AVAILABLE = (
    "SELECT coalesce(sum(s.on_hand - s.reserved), 0) FROM batch AS b JOIN stock_balance AS s"
    " ON s.batch_id = b.id AND s.place_id = ? WHERE b.drug_id = ? AND b.is_frozen = 0 AND b.expires_on >= ?"
)
_AVAILABLE_OF = (
    "SELECT b.drug_id, sum(s.on_hand - s.reserved) FROM json_each(?) AS j CROSS JOIN batch AS b"
    " ON b.drug_id = unhex(j.value) JOIN stock_balance AS s ON s.batch_id = b.id AND s.place_id = ?"
    " WHERE b.is_frozen = 0 AND b.expires_on >= ? GROUP BY b.drug_id"
)
_BATCHES = (
    "SELECT b.id, b.drug_id, b.batch_no, b.expires_on, s.on_hand, s.reserved, s.place_id, b.is_frozen, b.frozen_reason"
    " FROM batch AS b JOIN stock_balance AS s ON s.batch_id = b.id AND s.is_external = 0"
    " WHERE b.drug_id = ? ORDER BY b.expires_on, b.id"
)
_RESERVATIONS = (
    "SELECT r.id, r.source_id, r.line_id, b.drug_id, r.batch_id, b.batch_no, b.expires_on, r.quantity, r.place_id,"
    " b.is_frozen FROM reservation AS r JOIN batch AS b ON b.id = r.batch_id"
    " WHERE r.source_id = ? AND r.state = 'live' ORDER BY r.id"
)


@dataclass(frozen=True, slots=True)
class Place:
    id: bytes
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch at one place: minimum units on hand, of which `reserved` are promised."""

    id: bytes
    drug_id: bytes
    batch_no: str
    expires_on: str
    on_hand: int
    reserved: int
    place_id: bytes
    is_frozen: int
    frozen_reason: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """Minimum units of a batch held for a line of a source."""

    id: int
    source_id: bytes
    line_id: bytes | int
    drug_id: bytes
    batch_id: bytes
    batch_no: str
    expires_on: str
    quantity: int
    place_id: bytes
    is_frozen: int


def pharmacy_place() -> Place:
    """The place that dispenses (药房, parameter `stock.pharmacy_place`); Missing when there is none."""
    code = parameters.value("stock.pharmacy_place", clock.today())
    found = _place(code)
    if found is None:
        raise Missing("stock.no_pharmacy", value=code)
    return found


@kept("place")
def _place(code: str) -> Place | None:
    return db.read_one(Place, "SELECT id, code, name FROM place WHERE code = ? AND is_external = 0", (code,))


def places() -> list[Place]:
    """The places of the clinic."""
    return db.read(Place, "SELECT id, code, name FROM place WHERE is_external = 0 ORDER BY code")


def available(drug_id: bytes, on: date) -> int:
    """Minimum units that a doctor may still promise: at the pharmacy, not expired on `on`, not frozen, not reserved."""
    return db.value(_AVAILABLE, (pharmacy_place().id, drug_id, on.isoformat()))


def available_of(drug_ids: Iterable[bytes], on: date) -> dict[bytes, int]:
    """The same for several drugs, 0 for those without stock."""
    wanted = list(dict.fromkeys(drug_ids))
    named = json.dumps([drug_id.hex() for drug_id in wanted])
    there = dict(db.rows(_AVAILABLE_OF, (named, pharmacy_place().id, on.isoformat())))
    return {drug_id: there.get(drug_id, 0) for drug_id in wanted}


def batches_of(drug_id: bytes) -> list[Batch]:
    """Every batch of a drug at the clinic's places, earliest expiry first, used-up ones too."""
    return db.read(Batch, _BATCHES, (drug_id,))


def batch(batch_id: bytes) -> Batch | None:
    """A batch where most of it lies."""
    return db.read_one(
        Batch,
        "SELECT b.id, b.drug_id, b.batch_no, b.expires_on, s.on_hand, s.reserved, s.place_id, b.is_frozen,"
        " b.frozen_reason FROM batch AS b JOIN stock_balance AS s ON s.batch_id = b.id AND s.is_external = 0"
        " WHERE b.id = ? ORDER BY s.on_hand DESC",
        (batch_id,),
    )


def reservations_of(source_id: bytes) -> list[Reserved]:
    """What is held for a source now: neither handed out nor released."""
    return db.read(Reserved, _RESERVATIONS, (source_id,))


def units_of_batch(batch_id: bytes) -> int:
    """Minimum units of a batch at all places of the clinic."""
    units: int = db.value(
        "SELECT coalesce(sum(on_hand), 0) FROM stock_balance WHERE batch_id = ? AND is_external = 0", (batch_id,)
    )
    return units
