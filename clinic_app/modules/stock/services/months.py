"""Limits of drugs, price changes of the stock (调价), and closing a month (月结)."""

import re
from datetime import date
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries
from clinic_app.modules.stock.rules.limits import price_difference
from clinic_app.modules.stock.services.reservations import lapse

_LIMIT = (
    "INSERT INTO stock_limit(place_id, drug_id, minimum, maximum, changed_by, changed_at) VALUES(?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(place_id, drug_id) DO UPDATE SET minimum = excluded.minimum, maximum = excluded.maximum,"
    " changed_by = excluded.changed_by, changed_at = excluded.changed_at"
)
_DUE_PRICES = """
SELECT p.id, p.item_id, p.price_e4, p.valid_from, (SELECT o.price_e4 FROM price o WHERE o.item_id = p.item_id
        AND o.valid_from < p.valid_from AND (o.valid_to IS NULL OR o.valid_to >= o.valid_from)
    ORDER BY o.valid_from DESC, o.id DESC LIMIT 1) AS old
FROM price p WHERE p.item_kind = 'drug' AND p.valid_from <= ?1 AND p.valid_from > ?2
    AND (p.valid_to IS NULL OR p.valid_to >= p.valid_from) AND old IS NOT NULL AND old <> p.price_e4
    AND NOT EXISTS (SELECT 1 FROM price_change c WHERE c.price_id = p.id)
"""
# What lies there now, less what moved since the day began: that day is today or close to it.
_THERE = """
SELECT l.id, sum(x.units) FROM (
    SELECT s.place_id AS place, s.on_hand AS units FROM batch b JOIN stock_balance s ON s.batch_id = b.id
        WHERE b.drug_id = ?1
    UNION ALL SELECT m.to_place_id, -m.quantity FROM stock_move m INDEXED BY stock_move_day
        JOIN batch b ON b.id = m.batch_id AND b.drug_id = ?1 WHERE m.moved_on >= ?2
    UNION ALL SELECT m.from_place_id, m.quantity FROM stock_move m INDEXED BY stock_move_day
        JOIN batch b ON b.id = m.batch_id AND b.drug_id = ?1 WHERE m.moved_on >= ?2) x
JOIN place l ON l.id = x.place AND l.is_external = 0 GROUP BY l.id HAVING sum(x.units) <> 0
"""
_CHANGE = (
    "INSERT INTO price_change(price_id, place_id, drug_id, quantity, old_e4, new_e4, difference_fen, effective_on,"
    " posted_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CLOSE = "INSERT INTO stock_month(month, closed_by, closed_at) VALUES(?, ?, ?) ON CONFLICT DO NOTHING"
_BALANCE = (
    "INSERT INTO stock_month_balance(month, place_id, drug_id, opening, came_in, went_out, stocktake, closing, "
    " opening_fen,"
    " in_fen, out_fen, stocktake_fen, price_fen, closing_fen) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
MOST = 9_999_999


def set_limits(uow: UnitOfWork, drug_id: bytes, minimum: int, maximum: int) -> dict[str, Any]:
    """How much of a drug should lie at the pharmacy at least and at most, in minimum units (PH-06)."""
    if dictionaries.drug(drug_id) is None:
        raise Missing("dictionaries.no_such_item")
    if not 0 <= minimum <= maximum <= MOST:
        raise Refused("stock.limits_wrong", field="maximum")
    place = queries.pharmacy_place().id
    uow.execute(_LIMIT, (place, drug_id, minimum, maximum, uow.actor.person_id, uow.at))
    uow.audit("stock.set_limits", drug_id, minimum=minimum, maximum=maximum)
    return {"drug_id": drug_id.hex()}


def post_price_changes(uow: UnitOfWork) -> dict[str, Any]:
    """Write down what each price that took effect did to the stock of every place (PH-10), once for each price.

    What lay there as its day began counts, whenever this runs. Returns {"posted", "difference_fen"}.
    """
    last_closed = db.value("SELECT max(month) FROM stock_month") or "0000-00"
    posted = difference = 0
    due = db.rows(_DUE_PRICES, (uow.on.isoformat(), f"{last_closed}-31"))
    for price_id, drug_id, new_e4, valid_from, old_e4 in due:
        drug = dictionaries.drug(drug_id)
        assert drug is not None  # a foreign key in all but name
        for place_id, units in db.rows(_THERE, (drug_id, valid_from)):
            fen = price_difference(units, old_e4, new_e4, drug.pack_size)
            uow.execute(
                _CHANGE, (price_id, place_id, drug_id, units, old_e4, new_e4, fen, valid_from, uow.at)
            )
            posted, difference = posted + 1, difference + fen
    if posted:
        uow.audit("stock.post_price_changes", None, posted=posted, difference_fen=difference)
    return {"posted": posted, "difference_fen": difference}


def close_month(uow: UnitOfWork, month: str) -> dict[str, Any]:
    """Close a month of the stock (月结): its balances are stored, nothing is posted into it any more (PH-12).

    Refused `stock.month_not_over` before it is over, `stock.month_before_open` while one before it moved and is open;
    Stale `stock.month_closed`.
    """
    uow.require_sure_date()
    if not _MONTH.fullmatch(month):
        raise Missing("stock.no_such_month")
    if queries.is_closed(month):
        raise Stale("stock.month_closed", month=month)
    if uow.on < date.fromisoformat(queries.next_month(month)):
        raise Refused("stock.month_not_over", month=month)
    if (first_open := queries.month_left_open(month)) is not None:
        raise Refused("stock.month_before_open", month=month, before=first_open)
    post_price_changes(uow)
    uow.execute(_CLOSE, (month, uow.actor.person_id, uow.at))
    rows = [
        (month, place.id, one.drug_id, one.month.opening, one.month.came_in, one.month.went_out, one.month.stocktake,
         one.month.closing, one.month.opening_fen, one.month.in_fen, one.month.out_fen, one.month.stocktake_fen,
         one.month.price_fen, one.month.closing_fen)
        for place in queries.places()
        for one in queries.worked_out(place.id, month)
    ]  # fmt: skip
    uow.conn.executemany(_BALANCE, rows)
    uow.audit("stock.close_month", None, month=month, drugs=len(rows))
    return {"month": month, "drugs": len(rows)}


def hourly(uow: UnitOfWork) -> None:
    """What the stock does by itself: old reservations end, prices that took effect revalue the stock."""
    lapse(uow)
    post_price_changes(uow)
