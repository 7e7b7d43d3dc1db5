"""Manifest of charging (收费)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.events import EVENTS
from clinic_app.modules.charging.invariants import INVARIANTS
from clinic_app.modules.charging.queries.chips import chips
from clinic_app.modules.charging.queries.steps import steps
from clinic_app.modules.charging.queries.todo import todo

MODULE = Module(
    name="charging",
    blueprint="clinic_app.modules.charging.views:blueprint",
    rights={
        "charging.view": frozenset({"cashier", "manager"}),
        "charging.charge": frozenset({"cashier"}),
        "charging.void": frozenset({"cashier"}),
        "charging.refund": frozenset({"cashier"}),
        "charging.approve": frozenset({"manager"}),
        "charging.confirm_hand_in": frozenset({"manager"}),
        "charging.books": frozenset({"manager"}),
        "charging.see_months": frozenset({"manager", "administrator", "auditor"}),
        "charging.close_month": frozenset({"manager"}),
        "charging.reopen_month": frozenset({"administrator"}),
        "charging.close_for": frozenset({"manager"}),
    },
    menu=(
        MenuItem("收费", "charging.pending", "charging.view", "cash", True),
        MenuItem("收据", "charging.receipts", "charging.view", "list"),
        MenuItem("交班", "charging.shift", "charging.charge", "clock"),
        MenuItem("审批", "charging.approvals", "charging.approve", "check"),
        MenuItem("日合计", "charging.days", "charging.confirm_hand_in", "list"),
        MenuItem("月结", "charging.months", "charging.see_months", "lock"),
        MenuItem("各班", "charging.shifts", "charging.close_for", "clock"),
    ),
    belongs={
        "charging.bill": "charging.receipts",
        "charging.arrears": "charging.receipts",
        "charging.books": "charging.days",
    },
    events=EVENTS,
    offers=("charging.charge", "charging.refund", "charging.void_bill"),
    on={
        "visits.registered": services.open_fee,
        "visits.fee_due": services.open_due_fee,
        "visits.cancelled": services.withdraw_visit,
        "consultation.prescription_signed": services.open_sheet,
        "consultation.prescription_voided": services.withdraw_sheet,
        "consultation.request_signed": services.open_request,
        "consultation.request_withdrawn": services.withdraw_request,
    },
    guards={
        "people.close_account": services.warn_of_open_shift,
        "visits.cancel": services.refuse_cancelling_paid_visit,
        "visits.change_payer": services.refuse_new_payer_of_paid_visit,
        "consultation.void_prescription": services.refuse_voiding_paid_sheet,
    },
    reads=(
        "drug", "service_item", "price", "invoice_category", "person", "person_role", "patient", "visit", "room",
        "prescription", "prescription_line", "request", "request_line", "reservation",
    ),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    todo=todo,
    steps=steps,
    parameters=(
        Parameter(
            "charging.fee_components", "S0001 S0002 S0004 S0005 S0007",
            "domain guide VS-06: registration, consultation, injection; the province's list is to be confirmed",
            pattern=r"[A-Z0-9]+( [A-Z0-9]+)*", codes_of="service_item",
        ),
        Parameter(
            "charging.cash_rounding_fen", 1, "domain guide FE-05: 0.01 or 0.10 yuan, the clinic decides",
            lowest=1, highest=10, choices=(1, 10),
        ),
        Parameter(
            "charging.refund_limit_fen", 10_000,
            "domain guide FE-11: a refund above it waits for somebody else; the clinic decides the amount",
            lowest=0, highest=10_000_000,
        ),
        Parameter("charging.arrears_allowed", False, "decided here: a clinic that lets patients owe switches it on"),
        Parameter("charging.paper_invoices", False, "domain guide FE-06: a clinic with paper books switches it on"),
        Parameter("charging.count_at_close", True, "domain guide FE-13: the drawer is counted at the day close"),
        Parameter(
            "charging.blind_close", True,
            "decided here: the cashier counts before the screen tells what should lie in the drawer",
        ),
        Parameter(
            "charging.denominations_fen", "10000 5000 2000 1000 500 100 50 10",
            "common professional knowledge, to be confirmed by the clinic: notes and coins in use",
            pattern=r"[1-9][0-9]{0,5}( +[1-9][0-9]{0,5}){0,19}",
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
