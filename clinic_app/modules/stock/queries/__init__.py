"""Reads of the stock (库存) for later subjects and its own screens; constant SQL, dataclasses, no writes."""

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
)
from clinic_app.modules.stock.queries.deliveries import GoodsIn, goods_in, last_costs, latest_goods_in
from clinic_app.modules.stock.queries.on_hand import EXPIRED, FINE, FROZEN, NEAR, SOLD_OUT, OnHand, on_hand

__all__ = [
    "EXPIRED", "FINE", "FROZEN", "NEAR", "SOLD_OUT", "Batch", "GoodsIn", "OnHand", "Place", "Reserved",
    "available", "available_of", "batch", "batches_of", "goods_in", "last_costs", "latest_goods_in", "on_hand",
    "pharmacy_place", "places", "reservations_of",
]  # fmt: skip
