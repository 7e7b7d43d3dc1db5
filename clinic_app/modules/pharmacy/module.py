"""The pharmacy (药房): review, picking by shelf and batch, dispensing, returns, controlled register, trace codes."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.pharmacy.events import EVENTS
from clinic_app.modules.pharmacy.invariants import INVARIANTS
from clinic_app.modules.pharmacy.queries.chips import chips
from clinic_app.modules.pharmacy.queries.steps import steps

MODULE = Module(
    name="pharmacy",
    blueprint="clinic_app.modules.pharmacy.views:blueprint",
    rights={
        "pharmacy.view": frozenset({"pharmacist", "doctor", "village_doctor", "manager"}),
        "pharmacy.dispense": frozenset({"pharmacist"}),
        "pharmacy.answer": frozenset({"doctor", "village_doctor"}),
        "pharmacy.register": frozenset({"pharmacist"}),
    },
    menu=(
        MenuItem("发药", "pharmacy.index", "pharmacy.view", "box", True),
        MenuItem("退药", "pharmacy.returns", "pharmacy.dispense", "box"),
        MenuItem("麻精专册", "pharmacy.register", "pharmacy.register", "list"),
    ),
    events=EVENTS,
    offers=("pharmacy.dispense",),
    guards={
        "charging.charge": services.refuse_charging_expired,
        "charging.void_bill": services.refuse_voiding_dispensed_bill,
        "charging.refund": services.refuse_refund_of_given,
        "consultation.void_prescription": services.refuse_voiding_given_sheet,
    },
    on={
        "charging.bill_paid": services.add_paid,
        "charging.bill_voided": services.drop_voided,
        "charging.refunded": services.release_refunded,
        "stock.goods_received": services.register_goods_in,
        "stock.scrapped": services.register_scrapped,
    },
    reads=(
        "person", "room", "batch", "reservation", "stock_balance", "stock_move", "patient", "visit", "prescription",
        "prescription_line", "charge_line", "bill", "bill_line", "drug",
    ),
    documents=("pharmacy.labels", "pharmacy.pick_list"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    chips=chips,
    steps=steps,
    parameters=(
        Parameter("pharmacy.valid_days", 1, "domain guide RX-10: day of issue, at most 3 days", lowest=1, highest=3),
        Parameter("pharmacy.longest_valid_days", 3, "domain guide RX-10: at most 3 days", lowest=1, highest=7),
        Parameter(
            "pharmacy.owed_days", 7, "decided here: how long what is owed may be fetched; then it is refunded",
            lowest=1, highest=90,
        ),
        Parameter("pharmacy.single_sign", True, "domain guide RX-15: clinics with one pharmacist"),
        Parameter(
            "pharmacy.queue_days", 3, "decided here: how long a paid sheet stays in the queue", lowest=1, highest=31
        ),
    ),
)  # fmt: skip
