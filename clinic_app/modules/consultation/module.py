"""The consultation (接诊): record, diagnoses, prescriptions of one visit."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.events import (
    NOTE_SIGNED,
    PRESCRIPTION_SIGNED,
    PRESCRIPTION_VOIDED,
    REQUEST_SIGNED,
    REQUEST_WITHDRAWN,
)
from clinic_app.modules.consultation.invariants import INVARIANTS
from clinic_app.modules.consultation.queries.todo import todo
from clinic_app.modules.consultation.rules.contents import MISSING
from clinic_app.modules.consultation.services import refuse_giving_back

_PLAUSIBLE = "decided here: what can be measured at all, not what is normal"
_FIELD = f"(?:{'|'.join(MISSING)})"
_CONTENTS = f"{_FIELD}(?: {_FIELD})*"
_CODE = r"[0-9A-Za-z._+-]+"
_CODES = f"{_CODE}( {_CODE})*"

MODULE = Module(
    name="consultation",
    blueprint="clinic_app.modules.consultation.views:blueprint",
    rights={
        "consultation.view": frozenset({"doctor", "village_doctor", "nurse", "pharmacist", "manager"}),
        "consultation.kept_stops": frozenset({"manager"}),
        "consultation.pain_register": frozenset({"doctor", "manager"}),
        "consultation.list_paper": frozenset({"pharmacist", "manager"}),
        "consultation.approve_paper": frozenset({"manager"}),
        "consultation.write": frozenset({"doctor", "village_doctor"}),
        "consultation.approve": frozenset({"manager", "doctor", "village_doctor"}),
        "consultation.cosign": frozenset({"doctor", "village_doctor"}),
    },
    menu=(
        MenuItem("门诊工作站", "consultation.queue", "consultation.write", "person", True),
        MenuItem("处方管理", "consultation.paper", "consultation.list_paper", "list"),
        MenuItem("待审签", "consultation.waiting", "consultation.approve", "check"),
    ),
    belongs={"consultation.records": "patients.index"},
    events=(NOTE_SIGNED, PRESCRIPTION_SIGNED, PRESCRIPTION_VOIDED, REQUEST_SIGNED, REQUEST_WITHDRAWN),
    offers=("consultation.void_prescription", "consultation.withdraw_request"),
    guards={"visits.give_back": refuse_giving_back},
    reads=("drug", "service_item", "drug_allergy_group", "diagnosis", "tcm_term", "visit", "person"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    todo=todo,
    parameters=(
        Parameter("consultation.most_drugs_per_sheet", 5, "domain guide RX-04", lowest=1, highest=20),
        Parameter("consultation.days_limit", 7, "domain guide RX-05, ordinary sheet", lowest=1, highest=90),
        Parameter("consultation.emergency_days_limit", 3, "domain guide RX-05, emergency sheet", lowest=1, highest=90),
        Parameter("consultation.paediatric_below_years", 14, "domain guide RX-01", lowest=1, highest=18),
        Parameter("consultation.reason_days_limit", 28, "domain guide RX-06: usually 4 weeks", lowest=7, highest=90),
        Parameter("consultation.long_term_most_days", 84, "domain guide RX-06: up to 12 weeks", lowest=28, highest=180),
        Parameter("consultation.most_valid_days", 3, "domain guide RX-10", lowest=1, highest=3),
        Parameter("consultation.toxic_days", 2, "domain guide RX-09", lowest=1, highest=2),
        Parameter("consultation.pain_check_months", 3, "domain guide RX-08", lowest=1, highest=12),
        Parameter("consultation.adhd_below_years", 18, "decided here: a child of RX-07", lowest=14, highest=19),
        Parameter("consultation.adhd_diagnoses", "F90", "ICD-10 category of hyperkinetic disorders"),
        Parameter("consultation.overstep_days", 1, "domain guide RX-17", lowest=1, highest=3),
        Parameter("consultation.village_vein_antimicrobials", False, "domain guide RX-17: the county approves"),
        Parameter(
            "consultation.childbearing_years", "12-55", "decided here: who is asked about pregnancy", is_range=True,
        ),
        Parameter(
            "consultation.least_fluid_ml", 50,
            "common professional knowledge, to be confirmed by the clinic: the least container that carries a drip",
            lowest=10, highest=500,
        ),
        Parameter(
            "consultation.local_routes", "ext eye ear nose irrig pv infil", "decided here: acts on the spot",
            pattern=_CODES, codes_of="route",
        ),
        Parameter(
            "consultation.herbal_category", "herbal_drug", "invoice category of herbal pieces",
            pattern=_CODE, codes_of="invoice_category",
        ),
        Parameter("consultation.keep_ordinary_years", 1, "domain guide RX-18", lowest=1, highest=30),
        Parameter("consultation.keep_psychotropic_2_years", 2, "domain guide RX-18", lowest=2, highest=30),
        Parameter("consultation.keep_narcotic_years", 3, "domain guide RX-18", lowest=3, highest=30),
        Parameter("consultation.complaint_signs", 20, "domain guide OR-05: warns only", lowest=5, highest=500),
        Parameter(
            "consultation.first_contents", "present_illness past_history examination results plan",
            "domain guide OR-02: what a first visit must hold beside time, complaint and diagnosis", pattern=_CONTENTS,
        ),
        Parameter(
            "consultation.return_contents", "present_illness examination results plan",
            "domain guide OR-03: what a return visit must hold beside time, complaint and diagnosis", pattern=_CONTENTS,
        ),
        Parameter(
            "consultation.emergency_contents", "present_illness past_history examination results plan",
            "domain guide OR-02 and OR-04: what an emergency note must hold beside time, complaint and diagnosis",
            pattern=_CONTENTS,
        ),
        Parameter(
            "consultation.no_results", "未做",
            "decided here: what a new note says of test results until the doctor writes some; empty for nothing",
        ),
        Parameter(
            "consultation.amendment_needs_approval", False,
            "domain guide OR-06: a signed note is amended with approval; off where nobody else could approve",
        ),
        Parameter(
            "consultation.sick_leave_days", 7,
            "common professional knowledge, to be confirmed by the clinic: longest sick leave of one certificate",
            lowest=1, highest=90,
        ),
        Parameter("consultation.temperature_range", "30-45", _PLAUSIBLE, is_range=True),
        Parameter("consultation.pulse_range", "20-300", _PLAUSIBLE, is_range=True),
        Parameter("consultation.respiration_range", "4-120", _PLAUSIBLE, is_range=True),
        Parameter("consultation.systolic_range", "30-300", _PLAUSIBLE, is_range=True),
        Parameter("consultation.diastolic_range", "10-200", _PLAUSIBLE, is_range=True),
        Parameter("consultation.spo2_range", "30-100", _PLAUSIBLE, is_range=True),
        Parameter("consultation.weight_range", "0.3-400", _PLAUSIBLE, is_range=True),
        Parameter("consultation.glucose_range", "0.5-60", _PLAUSIBLE, is_range=True),
        Parameter(
            "consultation.same_use_groups",
            "penicillins cephalosporins macrolides quinolones sulfonamides tetracyclines lincosamides;"
            "nsaids salicylates paracetamol",
            "decided here: allergy groups whose drugs may be suggested for each other; the doctor decides",
            pattern=f"{_CODES}(;{_CODES})*", codes_of="allergy_group",
        ),
    ),
    documents=(
        "consultation.prescription", "consultation.record", "consultation.certificate", "consultation.request",
    ),
)
