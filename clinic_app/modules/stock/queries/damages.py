"""Damage documents (报损单) and what waits to be scrapped."""

from dataclasses import dataclass

from clinic_app.kernel import db

_DOCUMENT = """
SELECT d.id, d.damage_no, d.reason, d.state, d.made_by, coalesce(m.name, ''), d.made_at, a.name, d.decided_at
FROM damage d LEFT JOIN person m ON m.id = d.made_by LEFT JOIN person a ON a.id = d.decided_by
"""
_LINES = """
SELECT l.damage_id, b.drug_id, l.batch_id, b.batch_no, b.expires_on, l.place_id, p.name, l.quantity
FROM damage_line l JOIN batch b ON b.id = l.batch_id JOIN place p ON p.id = l.place_id WHERE l.damage_id = ?
ORDER BY l.line_no
"""
_SCRAPPABLE = """
SELECT b.drug_id, b.id, b.batch_no, b.expires_on, s.place_id, p.name, s.on_hand - s.reserved, b.is_frozen
FROM stock_balance s JOIN batch b ON b.id = s.batch_id JOIN place p ON p.id = s.place_id
WHERE s.place_id IN (SELECT id FROM place WHERE is_external = 0) AND s.on_hand > 0 AND s.on_hand > s.reserved
    AND (p.code = 'damaged' OR b.expires_on < ? OR b.is_frozen = 1
    OR b.id = ?)
ORDER BY p.code, b.expires_on LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Damage:
    """A damage document: `state` submitted, approved or rejected."""

    id: bytes
    damage_no: str
    reason: str
    state: str
    made_by: bytes
    maker: str
    made_at: int
    decider: str | None
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class DamageLine:
    damage_id: bytes
    drug_id: bytes
    batch_id: bytes
    batch_no: str
    expires_on: str
    place_id: bytes
    place: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Scrappable:
    """A batch of which something may be scrapped: returned damaged, expired, frozen, or asked for."""

    drug_id: bytes
    batch_id: bytes
    batch_no: str
    expires_on: str
    place_id: bytes
    place: str
    free: int
    is_frozen: int


def damages() -> list[Damage]:
    """Open damage documents first, then the latest."""
    return db.read(Damage, f"{_DOCUMENT} ORDER BY d.state <> 'submitted', d.made_at DESC LIMIT 60")


def damage(damage_id: bytes) -> Damage | None:
    return db.read_one(Damage, f"{_DOCUMENT} WHERE d.id = ?", (damage_id,))


def damage_lines(damage_id: bytes) -> list[DamageLine]:
    return db.read(DamageLine, _LINES, (damage_id,))


def scrappable(on: str, batch_id: bytes = b"") -> list[Scrappable]:
    """What may be scrapped now, with one batch more if wanted."""
    return db.read(Scrappable, _SCRAPPABLE, (on, batch_id))
