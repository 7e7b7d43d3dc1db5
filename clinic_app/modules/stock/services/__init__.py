"""Commands of the stock (库存); the only writers of its tables."""

from clinic_app.modules.stock.services.goods_in import GoodsLine, receive_goods
from clinic_app.modules.stock.services.places import add_place, freeze_batch, unfreeze_batch
from clinic_app.modules.stock.services.reservations import consume, release, renew, reserve

__all__ = [
    "GoodsLine", "add_place", "consume", "freeze_batch", "receive_goods", "release", "renew", "reserve",
    "unfreeze_batch",
]  # fmt: skip
