"""The treatment room (治疗室): skin tests, injections, infusions, requested treatments."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.treatments import queries, services
from clinic_app.modules.treatments.events import EVENTS
from clinic_app.modules.treatments.invariants import INVARIANTS

MODULE = Module(
    name="treatments",
    blueprint="clinic_app.modules.treatments.views:blueprint",
    rights={
        "treatments.view": frozenset({"nurse", "doctor", "village_doctor", "manager"}),
        "treatments.execute": frozenset({"nurse", "village_doctor"}),
    },
    menu=(MenuItem("治疗室", "treatments.index", "treatments.view", "list", True),),
    events=EVENTS,
    on={
        "consultation.prescription_signed": services.plan_sheet,
        "consultation.prescription_voided": services.close_sheet,
        "consultation.request_signed": services.plan_request,
        "consultation.request_withdrawn": services.close_withdrawn,
        "charging.refunded": services.close_refunded,
    },
    guards={
        "pharmacy.dispense": services.refuse_dispensing_untested,
        "charging.refund": services.refuse_refunding_executed,
        "charging.void_bill": services.refuse_voiding_executed_bill,
        "consultation.void_prescription": services.refuse_voiding_executed_sheet,
        "consultation.withdraw_request": services.refuse_withdrawing_executed,
    },
    reads=("person", "patient", "allergy", "patient_link", "charge_line", "batch", "reservation", "prescription",
           "prescription_line", "request", "visit"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    chips=queries.chips,
    parameters=(
        Parameter("treatments.skin_test_minutes", 15, "domain guide ST-02, ST-06", lowest=15, highest=30),
        Parameter("treatments.skin_test_growth_mm", 3, "domain guide ST-02", lowest=1, highest=10),
        Parameter("treatments.skin_test_two_staff", True, "domain guide ST-02: two staff sign"),
        Parameter("treatments.skin_test_lapse_hours", 72, "domain guide ST-04", lowest=1, highest=168),
        Parameter("treatments.skin_test_by_batch", True, "domain guide ST-04: also on change of batch"),
        Parameter(
            "treatments.skin_test_by_mouth", False,
            "decided here: drugs by mouth that are flagged are tested too only where the clinic says so",
        ),
        Parameter(
            "treatments.skin_test_item", "S0006", "practice: code of 皮内注射（皮试） in the starter list",
            codes_of="service_item",
        ),
        Parameter("treatments.drop_factor", 20, "domain guide IN-03: drops per ml", lowest=10, highest=60),
        Parameter("treatments.list_days", 7, "decided here: days that the work list looks back", lowest=1, highest=31),
    ),
    documents=(
        "treatments.labels", "treatments.injection_slip", "treatments.infusion_card", "treatments.treatment_slip",
    ),
)  # fmt: skip
