"""Manifest of charging (收费)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.events import EVENTS
from clinic_app.modules.charging.invariants import INVARIANTS
from clinic_app.modules.charging.queries.chips import chips

MODULE = Module(
    name="charging",
    blueprint="clinic_app.modules.charging.views:blueprint",
    rights={
        "charging.view": frozenset({"cashier", "manager"}),
        "charging.charge": frozenset({"cashier"}),
        "charging.void": frozenset({"cashier"}),
        "charging.close_for": frozenset({"manager"}),
    },
    menu=(
        MenuItem("收费", "charging.pending", "charging.view", "cash", True),
        MenuItem("收据", "charging.receipts", "charging.view", "list"),
        MenuItem("交班", "charging.shift", "charging.charge", "clock"),
        MenuItem("各班", "charging.shifts", "charging.close_for", "clock"),
    ),
    events=EVENTS,
    offers=("charging.void_bill", "charging.refund"),
    on={
        "visits.registered": services.open_fee,
        "visits.cancelled": services.withdraw_visit,
        "consultation.prescription_signed": services.open_sheet,
        "consultation.prescription_voided": services.withdraw_sheet,
    },
    guards={
        "visits.cancel": services.refuse_cancelling_paid_visit,
        "consultation.void_prescription": services.refuse_voiding_paid_sheet,
    },
    reads=(
        "drug", "service_item", "price", "invoice_category", "person", "person_role", "patient", "visit", "room",
        "prescription", "reservation",
    ),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    parameters=(
        Parameter(
            "charging.cash_rounding_fen", 1, "domain guide FE-05: 0.01 or 0.10 yuan, the clinic decides",
            lowest=1, highest=10,
        ),
        Parameter(
            "charging.pending_days", 1, "domain guide VS-03: a number is valid on its day, 1 to 3 days",
            lowest=1, highest=7,
        ),
        Parameter(
            "charging.shift_left_open_hours", 18,
            "domain guide FE-14: a shift is closed by its cashier; the clinic decides after how many hours without a"
            " charge or a void the manager may close it, 18 outlast a night on duty",
            lowest=12, highest=168,
        ),
    ),
    chips=chips,
    documents=("charging.receipt", "charging.shift_slip"),
)
