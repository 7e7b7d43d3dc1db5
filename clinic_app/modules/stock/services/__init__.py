"""Commands of the stock (库存); the only writers of its tables."""

from clinic_app.modules.stock.services.damages import approve_damage, reject_damage, submit_damage
from clinic_app.modules.stock.services.goods_in import GoodsLine, receive_goods
from clinic_app.modules.stock.services.months import close_month, hourly, post_price_changes, set_limits
from clinic_app.modules.stock.services.places import add_place, freeze_batch, refuse_unknown_place, unfreeze_batch
from clinic_app.modules.stock.services.reservations import (
    consume,
    keep_at_most,
    lapse,
    release,
    reserve,
    top_up,
)
from clinic_app.modules.stock.services.taking_back import take_back

__all__ = [
    "GoodsLine", "add_place", "approve_damage", "close_month", "consume", "freeze_batch", "hourly", "keep_at_most",
    "lapse", "post_price_changes", "receive_goods", "refuse_unknown_place", "reject_damage", "release",
    "reserve", "set_limits", "submit_damage", "take_back", "top_up", "unfreeze_batch",
]  # fmt: skip
