"""The monthly account (月账) by place and drug (PH-12), worked out or as closed."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from clinic_app.kernel import db
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock.rules.months import Month, Movement, month_of

_SIDES = """
SELECT b.drug_id, m.kind, m.moved_on, CASE WHEN m.to_place_id = ?1 THEN m.quantity ELSE -m.quantity END
FROM stock_move m JOIN batch b ON b.id = m.batch_id
WHERE (m.to_place_id = ?1 OR m.from_place_id = ?1) AND m.moved_on >= ?2 AND m.moved_on < ?3 ORDER BY m.id
"""
# Counted back from what lies there now, so that a month costs what moved since and not all that ever moved (S1).
_CLOSING = """
SELECT drug_id, sum(units) FROM (
    SELECT b.drug_id, s.on_hand AS units FROM stock_balance s JOIN batch b ON b.id = s.batch_id
        WHERE s.place_id = ?1 AND s.on_hand > 0
    UNION ALL SELECT b.drug_id, CASE WHEN m.to_place_id = ?1 THEN -m.quantity ELSE m.quantity END
    FROM stock_move m JOIN batch b ON b.id = m.batch_id
    WHERE (m.to_place_id = ?1 OR m.from_place_id = ?1) AND m.moved_on >= ?2)
GROUP BY drug_id
"""
_CLOSED = """
SELECT drug_id, opening, came_in, went_out, stocktake, closing, opening_fen, in_fen, out_fen, stocktake_fen, price_fen,
    closing_fen FROM stock_month_balance WHERE month = ? AND place_id = ?
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One drug's month at a place."""

    drug_id: bytes
    month: Month


def is_closed(month: str) -> bool:
    return db.value("SELECT 1 FROM stock_month WHERE month >= ?", (month,)) is not None


def month_left_open(month: str) -> str | None:
    """The earliest month before this one that moved and is not closed."""
    closed = db.value("SELECT max(month) FROM stock_month") or "0000-00"
    moved_on: str | None = db.value(
        "SELECT min(moved_on) FROM stock_move WHERE moved_on > ? AND moved_on < ?", (f"{closed}-31", f"{month}-01")
    )
    return moved_on[:7] if moved_on else None


def months(on: date, count: int = 12) -> list[tuple[str, bool]]:
    """The last months, this one first, with whether each is closed."""
    found, year, number = [], on.year, on.month
    for _each in range(count):
        month = f"{year:04d}-{number:02d}"
        found.append((month, is_closed(month)))
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
    return found


def month_accounts(place_id: bytes, month: str) -> list[Account]:
    """The accounts of a month; of a closed one as they were stored."""
    closed = db.rows(_CLOSED, (month, place_id))
    if closed:
        return [Account(row[0], Month(*row[1:])) for row in closed]
    return worked_out(place_id, month)


def worked_out(place_id: bytes, month: str) -> list[Account]:
    """The accounts from the movements: what lay there on the first, then day by day at that day's price."""
    first, after = f"{month}-01", next_month(month)
    before: dict[bytes, int] = dict(db.rows(_CLOSING, (place_id, after)))
    moves: dict[bytes, list[tuple[str, str, int]]] = {}
    for drug_id, kind, moved_on, quantity in db.rows(_SIDES, (place_id, first, after)):
        before[drug_id] = before.get(drug_id, 0) - quantity
        moves.setdefault(drug_id, []).append((kind, moved_on, quantity))
    drugs = dictionaries.drugs(one for one in before if before[one] or one in moves)
    found = []
    for drug_id in sorted(drugs, key=lambda one: drugs[one].code):
        found.append(Account(drug_id, _month(drugs[drug_id], before[drug_id], moves.get(drug_id, []), month)))
    return found


def next_month(month: str) -> str:
    """The first day of the month after."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}-01"


def _month(drug: dictionaries.Drug, opening: int, moves: list[tuple[str, str, int]], month: str) -> Month:
    first = date.fromisoformat(f"{month}-01")
    last = date.fromordinal(date.fromisoformat(next_month(month)).toordinal() - 1)

    @cache
    def price(day: date) -> int:
        return dictionaries.price_on(drug.id, day) or 0

    before = date.fromordinal(first.toordinal() - 1)
    movements = [Movement(kind, units, price(date.fromisoformat(day))) for kind, day, units in moves]
    return month_of(opening, price(before) or price(first), movements, price(last), drug.pack_size)
