"""Commands of the stock (库存); the only writers of its tables."""

from clinic_app.modules.stock.services.goods_in import GoodsLine, receive_goods
from clinic_app.modules.stock.services.places import add_place, freeze_batch, unfreeze_batch
from clinic_app.modules.stock.services.reservations import (
    consume,
    keep_at_most,
    lapse,
    release,
    renew,
    reserve,
    top_up,
)
from clinic_app.modules.stock.services.taking_back import take_back

__all__ = [
    "GoodsLine", "add_place", "consume", "freeze_batch", "keep_at_most", "lapse", "receive_goods", "release", "renew",
    "reserve", "take_back", "top_up", "unfreeze_batch",
]  # fmt: skip
