"""Versions of an entry (版本) as its page shows them, and prices that wait for a second person."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db

MOST = 50
_WAITING = """
SELECT w.id, w.item_kind, w.item_id, i.code, i.name, i.name_en, i.unit, i.unit_en, i.strength, w.price_e4,
    (SELECT p.price_e4 FROM price p WHERE p.item_id = w.item_id AND p.valid_to IS NULL ORDER BY p.id DESC LIMIT 1),
    w.valid_from, w.source, w.proposed_by, w.proposed_at
FROM price_proposal AS w JOIN (
    SELECT id, code, name, name_en, pack_unit AS unit, pack_unit_en AS unit_en, strength_text AS strength FROM drug
    UNION ALL SELECT id, code, name, name_en, unit, unit_en, '' FROM service_item
) AS i ON i.id = w.item_id
WHERE w.decided_at IS NULL ORDER BY w.proposed_at, w.id LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Version:
    """`changes`: (column, before, after)."""

    rev: int
    act: str
    changes: list[tuple[str, str, str]]
    person_id: bytes
    at: int


@dataclass(frozen=True, slots=True)
class WaitingPrice:
    """A price that one person proposed; `now_e4` is the open one, None without any."""

    id: bytes
    item_kind: str
    item_id: bytes
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    strength_text: str
    price_e4: int
    now_e4: int | None
    valid_from: str
    source: str
    proposed_by: bytes
    proposed_at: int


def rev_of(kind: str, code: str) -> int:
    """The number of the newest version, 0 for an entry that is as it was first brought in."""
    return int(db.value("SELECT coalesce(max(rev), 0) FROM entry_version WHERE kind = ? AND code = ?", (kind, code)))


def versions_of(kind: str, code: str) -> list[Version]:
    """The newest 50 versions, newest first."""
    found = db.rows(
        "SELECT rev, act, changes, person_id, at FROM entry_version WHERE kind = ? AND code = ? ORDER BY rev DESC"
        " LIMIT ?",
        (kind, code, MOST),
    )
    return [
        Version(rev, act, [(name, *map(_told, pair)) for name, pair in json.loads(changes).items()], person_id, at)
        for rev, act, changes, person_id, at in found
    ]


def waiting_prices() -> list[WaitingPrice]:
    """At most 200 proposals, the oldest first."""
    return db.read(WaitingPrice, _WAITING, {"most": 200})


def waiting_price_of(item_id: bytes) -> WaitingPrice | None:
    """The proposal for one item, if one waits."""
    return next((one for one in waiting_prices() if one.item_id == item_id), None)


def waiting_count() -> int:
    return int(db.value("SELECT count(*) FROM price_proposal WHERE decided_at IS NULL"))


def _told(value: object) -> str:
    return "" if value is None else str(value)
