"""Reads of the stock (库存) for later subjects and its own screens; constant SQL, dataclasses, no writes."""

from clinic_app.modules.stock.queries.alarms import Alarm, alarms, limits_of, urgent_count
from clinic_app.modules.stock.queries.batches import (
    Batch,
    Place,
    Reserved,
    available,
    available_of,
    batch,
    batches_of,
    pharmacy_place,
    places,
    reservations_of,
    units_of_batch,
)
from clinic_app.modules.stock.queries.damages import (
    Damage,
    DamageLine,
    Scrappable,
    damage,
    damage_lines,
    damages,
    scrappable,
)
from clinic_app.modules.stock.queries.deliveries import GoodsIn, goods_in, last_costs, latest_goods_in
from clinic_app.modules.stock.queries.months import (
    Account,
    is_closed,
    month_accounts,
    month_left_open,
    months,
    next_month,
    worked_out,
)
from clinic_app.modules.stock.queries.on_hand import EXPIRED, FINE, FROZEN, NEAR, SOLD_OUT, OnHand, on_hand

__all__ = [
    "EXPIRED", "FINE", "FROZEN", "NEAR", "SOLD_OUT", "Account", "Alarm", "Batch", "Damage", "DamageLine", "GoodsIn",
    "OnHand", "Place", "Reserved", "Scrappable", "alarms", "available", "available_of", "batch", "batches_of", "damage",
    "damage_lines", "damages", "goods_in", "is_closed", "last_costs", "latest_goods_in", "limits_of", "month_accounts",
    "month_left_open", "months", "next_month", "on_hand", "pharmacy_place", "places", "reservations_of", "scrappable",
    "units_of_batch", "urgent_count", "worked_out",
]  # fmt: skip
