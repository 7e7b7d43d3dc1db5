"""Manifest of the stock (库存)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.stock import services
from clinic_app.modules.stock.events import EVENTS
from clinic_app.modules.stock.invariants import INVARIANTS
from clinic_app.modules.stock.queries.chips import chips
from clinic_app.modules.stock.queries.todo import todo

MODULE = Module(
    name="stock",
    blueprint="clinic_app.modules.stock.views:blueprint",
    rights={
        "stock.view": frozenset({"pharmacist", "manager"}),
        "stock.receive": frozenset({"pharmacist"}),
        "stock.keep": frozenset({"pharmacist"}),
        "stock.approve": frozenset({"pharmacist", "manager"}),
        "stock.close": frozenset({"manager"}),
    },
    menu=(
        MenuItem("库存", "stock.on_hand", "stock.view", "box"),
        MenuItem("入库", "stock.goods_in", "stock.receive", "in"),
        MenuItem("报损", "stock.damages", "stock.approve", "box"),
    ),
    events=EVENTS,
    guards={"parameters.change": services.refuse_unknown_place},
    reads=("drug", "person", "price"),
    invariants=INVARIANTS,
    chips=chips,
    todo=todo,
    hourly=services.hourly,
    parameters=(
        Parameter("stock.near_expiry_days", 180, "domain guide PH-06: yellow from 180 days", lowest=1, highest=1000),
        Parameter("stock.near_expiry_orange", 90, "domain guide PH-06: from 90 days", lowest=1, highest=1000),
        Parameter("stock.near_expiry_red", 30, "domain guide PH-06: from 30 days", lowest=0, highest=1000),
        Parameter("stock.no_movement_days", 90, "domain guide PH-06: no movement 90 days", lowest=7, highest=1000),
        Parameter("stock.reservation_hours", 24, "domain guide PH-08: a reservation expires", lowest=1, highest=720),
        Parameter(
            "stock.price_follows_cost", False,
            "domain guide PH-09: a clinic that sells without a mark-up switches it on; the price then follows each"
            " delivery",
        ),
        Parameter(
            "stock.marked_up_categories", "herbal_drug", "domain guide PH-09: herbal pieces may keep a mark-up",
            pattern=r"[a-z_]+( [a-z_]+)*", codes_of="invoice_category",
        ),
        Parameter(
            "stock.pharmacy_place", "P1", "practice: code of the place that dispenses", pattern=r"\S+",
            codes_of="place",
        ),
    ),
)  # fmt: skip
