"""What needs a look (预警): near expiry, below the minimum, above the maximum, not moved; and what to buy."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.modules.stock.queries.batches import pharmacy_place
from clinic_app.modules.stock.rules import days_left
from clinic_app.modules.stock.rules.limits import ExpiryLimits, expiry_colour, suggestion

_NEAR = """
SELECT d.id, d.shelf, b.id, b.batch_no, b.expires_on, s.on_hand FROM batch b
JOIN stock_balance s ON s.batch_id = b.id AND s.place_id = ? AND s.on_hand > 0 JOIN drug d ON d.id = b.drug_id
WHERE b.expires_on <= ? ORDER BY b.expires_on, d.code LIMIT 300
"""
_LIMITED = """
SELECT d.id, d.shelf, l.minimum, l.maximum, d.pack_size, coalesce((SELECT sum(s.on_hand) FROM batch b
    JOIN stock_balance s ON s.batch_id = b.id AND s.place_id = l.place_id
    WHERE b.drug_id = l.drug_id AND b.expires_on >= ?2), 0)
FROM stock_limit l JOIN drug d ON d.id = l.drug_id WHERE l.place_id = ?1 ORDER BY d.code
"""
_STILL = """
SELECT d.id, d.shelf, sum(s.on_hand), (SELECT max(m.moved_on) FROM batch c JOIN stock_move m ON m.batch_id = c.id
    WHERE c.drug_id = d.id) AS moved
FROM drug d JOIN batch b ON b.drug_id = d.id JOIN stock_balance s ON s.batch_id = b.id AND s.place_id = ?1
    AND s.on_hand > 0 GROUP BY d.id HAVING moved <= ?2 ORDER BY moved, d.code LIMIT 100
"""
NEAR, LOW, HIGH, STILL = "near", "low", "high", "still"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to look at: `kind` near, low, high or still; `colour` red, orange or yellow; quantities in minimum
    units; `days` to the last day of use, or since the last movement; `buy` what is suggested."""

    kind: str
    colour: str
    drug_id: bytes
    shelf: str
    on_hand: int
    batch_no: str = ""
    expires_on: str = ""
    days: int | None = None
    limit: int | None = None
    buy: int = 0


def alarms(on: date) -> list[Alarm]:
    """Every alarm of the pharmacy on a day, the most urgent first (PH-06)."""
    place, value = pharmacy_place().id, parameters.value
    limits = ExpiryLimits(
        value("stock.near_expiry_days", on), value("stock.near_expiry_orange", on), value("stock.near_expiry_red", on)
    )
    found = []
    until = (on + timedelta(days=limits.yellow)).isoformat()
    for drug_id, shelf, _batch, batch_no, expires_on, units in db.rows(_NEAR, (place, until)):
        days = days_left(date.fromisoformat(expires_on), on)
        if colour := expiry_colour(days, limits):
            found.append(Alarm(NEAR, colour, drug_id, shelf, units, batch_no, expires_on, days))
    for drug_id, shelf, minimum, maximum, pack_size, units in db.rows(_LIMITED, (place, on.isoformat())):
        if units < minimum:
            buy = suggestion(minimum, maximum, units, 0, pack_size)
            found.append(Alarm(LOW, "red" if not units else "orange", drug_id, shelf, units, limit=minimum, buy=buy))
        elif units > maximum:
            found.append(Alarm(HIGH, "yellow", drug_id, shelf, units, limit=maximum))
    since = on - timedelta(days=value("stock.no_movement_days", on))
    for drug_id, shelf, units, moved in db.rows(_STILL, (place, since.isoformat())):
        found.append(Alarm(STILL, "yellow", drug_id, shelf, units, days=(on - date.fromisoformat(moved)).days))
    order = {"red": 0, "orange": 1, "yellow": 2}
    return sorted(found, key=lambda one: order[one.colour])


def urgent_count(on: date) -> int:
    """How many batches are expired and still on the shelf, or about to be, for the top bar."""
    until = (on + timedelta(days=parameters.value("stock.near_expiry_red", on))).isoformat()
    return int(
        db.value(
            "SELECT count(*) FROM batch b JOIN stock_balance s ON s.batch_id = b.id AND s.place_id = ?"
            " AND s.on_hand > 0 WHERE b.expires_on <= ?",
            (pharmacy_place().id, until),
        )
    )


def limits_of(drug_id: bytes) -> tuple[int, int] | None:
    """Minimum and maximum of a drug at the pharmacy, if set."""
    found: tuple[int, int] | None = db.row(
        "SELECT minimum, maximum FROM stock_limit WHERE place_id = ? AND drug_id = ?", (pharmacy_place().id, drug_id)
    )
    return found
