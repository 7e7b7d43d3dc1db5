"""The pharmacy (药房): review, picking by shelf and batch, dispensing."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.pharmacy import queries
from clinic_app.modules.pharmacy.events import EVENTS
from clinic_app.modules.pharmacy.invariants import INVARIANTS
from clinic_app.modules.pharmacy.services import refuse_voiding_dispensed_bill

MODULE = Module(
    name="pharmacy",
    blueprint="clinic_app.modules.pharmacy.views:blueprint",
    rights={
        "pharmacy.view": frozenset({"pharmacist", "doctor", "village_doctor", "manager"}),
        "pharmacy.dispense": frozenset({"pharmacist"}),
    },
    menu=(MenuItem("发药", "pharmacy.index", "pharmacy.view", "box", True),),
    events=EVENTS,
    guards={"charging.void_bill": refuse_voiding_dispensed_bill},
    reads=(
        "person", "room", "batch", "reservation", "stock_balance", "patient", "visit", "prescription",
        "prescription_line", "charge_line", "bill", "bill_line",
    ),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    parameters=(
        Parameter("pharmacy.valid_days", 1, "domain guide RX-10: day of issue, at most 3 days", lowest=1, highest=3),
        Parameter("pharmacy.single_sign", True, "domain guide RX-15: clinics with one pharmacist"),
        Parameter(
            "pharmacy.queue_days", 3, "decided here: how long a paid sheet stays in the queue", lowest=1, highest=31
        ),
    ),
)  # fmt: skip
