"""Manifest of the stock (库存)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.stock.events import EVENTS
from clinic_app.modules.stock.invariants import INVARIANTS

MODULE = Module(
    name="stock",
    blueprint="clinic_app.modules.stock.views:blueprint",
    rights={
        "stock.view": frozenset({"pharmacist", "manager"}),
        "stock.receive": frozenset({"pharmacist"}),
    },
    menu=(
        MenuItem("库存", "stock.on_hand", "stock.view", "box"),
        MenuItem("入库", "stock.goods_in", "stock.receive", "in"),
    ),
    events=EVENTS,
    reads=("drug",),
    invariants=INVARIANTS,
    parameters=(
        Parameter("stock.near_expiry_days", 180, "domain guide PH-06: yellow from 180 days", lowest=1, highest=1000),
        Parameter("stock.reservation_hours", 24, "domain guide PH-08: a reservation expires", lowest=1, highest=720),
        Parameter("stock.pharmacy_place", "P1", "practice: code of the place that dispenses"),
    ),
)
