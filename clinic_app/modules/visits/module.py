"""The visits (就诊): registration, sessions and appointments, triage, the line of each room, the board."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.events import EVENTS
from clinic_app.modules.visits.invariants import INVARIANTS
from clinic_app.modules.visits.queries.todo import todo
from clinic_app.modules.visits.services.triage import refuse_unknown_room

_COMMON = "common professional knowledge, to be confirmed by the clinic"
_HOME_PAGE = "domain guide VS-02: payment-method codes of the home page of 2011"
_PAYMENT_CODES = {"self": 7, "employee": 1, "aid": 4, "commercial": 5, "free": 9}

MODULE = Module(
    name="visits",
    blueprint="clinic_app.modules.visits.views:blueprint",
    rights={
        "visits.view": CARE_TEAM | {"manager"},
        "visits.register": frozenset({"registrar", "cashier"}),
        "visits.line": frozenset({"registrar", "nurse", "doctor", "village_doctor"}),
        "visits.plan": frozenset({"manager"}),
    },
    menu=(
        MenuItem("挂号", "visits.registration", "visits.register", "card", True),
        MenuItem("预约", "visits.appointments", "visits.register", "clock"),
        MenuItem("分诊", "visits.line", "visits.line", "call"),
        MenuItem("看板", "visits.board", "visits.view", "list"),
        MenuItem("出诊", "visits.sessions", "visits.plan", "clock"),
        MenuItem("预检问题", "visits.questions", "visits.plan", "list"),
    ),
    belongs={"visits.of_person": "patients.index", "visits.missed_appointments": "visits.appointments"},
    events=EVENTS,
    guards={"parameters.change": refuse_unknown_room},
    offers=("visits.cancel", "visits.change_payer", "visits.give_back"),
    reads=("patient", "room", "person"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    todo=todo,
    steps=queries.steps,
    parameters=(
        Parameter("visits.number_valid_days", 1, "domain guide VS-03: 1 to 3 days", lowest=1, highest=3),
        Parameter(
            "visits.left_open_days", 3, "decided here: an unfinished consultation of a Friday is in Monday's queue",
            lowest=1, highest=31,
        ),
        Parameter("visits.clinic_level", "township", "domain guide VS-06", pattern="township|village"),
        Parameter(
            "visits.village_fee_item", "S0121", "practice: code of the village fee in the starter list",
            codes_of="service_item",
        ),
        Parameter(
            "visits.fee_course_days", 3, "domain guide VS-06: the course of its example; the province decides",
            lowest=0, highest=30,
        ),
        Parameter(
            "visits.elder_first_years", 0, f"{_COMMON}: 65 where the elderly are called first", lowest=0, highest=120
        ),
        Parameter("visits.passed_waits_behind", 3, _COMMON, lowest=1, highest=50),
        Parameter("visits.fever_tenths", 373, _COMMON, lowest=360, highest=400),
        Parameter(
            "visits.fever_room", "F", "practice: code of 发热诊室; - where the clinic has none", pattern=r"\S+",
            codes_of="room",
        ),
        Parameter("visits.pressure_from_years", 35, "domain guide VS-09", lowest=18, highest=120),
        Parameter("visits.booking_days_ahead", 14, "decided here: the clinic decides", lowest=0, highest=90),
        Parameter("visits.call_shown_minutes", 10, "decided here", lowest=1, highest=60),
        Parameter("visits.payment_code_resident", 2, f"{_HOME_PAGE}: 2 or 3", lowest=2, highest=3),
        *(
            Parameter(f"visits.payment_code_{payer}", code, _HOME_PAGE, lowest=1, highest=9)
            for payer, code in _PAYMENT_CODES.items()
        ),
    ),
    documents=("visits.slip",),
)
