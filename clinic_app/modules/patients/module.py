"""The patients (患者): who they are, how they are found, what they are allergic to, which records are one person."""

from typing import Any

from clinic_app.kernel import ports
from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.events import EVENTS
from clinic_app.modules.patients.invariants import INVARIANTS
from clinic_app.modules.patients.queries.todo import todo
from clinic_app.modules.patients.rules.age import FIRST_OF_MARCH, LAST_OF_FEBRUARY


def bind(_config: Any) -> None:
    """Watch the reading log for bulk reading, and restricted records wherever a chart is opened."""
    ports.bound.reading_watch = services.watch_reading
    ports.bound.chart_guard = services.refuse_restricted


MODULE = Module(
    name="patients",
    blueprint="clinic_app.modules.patients.views:blueprint",
    rights={
        "patients.view": CARE_TEAM | {"manager"},
        "patients.edit": frozenset({"registrar", "cashier", "doctor", "village_doctor", "nurse"}),
        "patients.merge": frozenset({"registrar", "manager"}),
        "patients.show_in_full": CARE_TEAM | {"manager"},
        "patients.open_closed": CARE_TEAM | {"manager"},
        "patients.restrict": frozenset({"manager"}),
        "patients.villages": frozenset({"registrar", "manager", "administrator"}),
        "patients.review_access": frozenset({"manager", "security_officer"}),
    },
    menu=(
        MenuItem("患者", "patients.index", "patients.view", "search"),
        MenuItem("查阅审查", "patients.access_reviews", "patients.review_access", "shield"),
    ),
    reads=("person",),
    events=EVENTS,
    invariants=INVARIANTS,
    tiles=queries.tiles,
    todo=todo,
    chips=queries.chips,
    bind=bind,
    parameters=(
        Parameter(
            "patients.years_alone_from", 6, "domain guide ID-10: years and months under 6 years", lowest=1, highest=18
        ),
        Parameter(
            "patients.leap_birthday", FIRST_OF_MARCH, "domain guide ID-10: born on 29 February, a year is completed on",
            pattern=f"{FIRST_OF_MARCH}|{LAST_OF_FEBRUARY}",
        ),
        Parameter(
            "patients.guardian_under_years", 14,
            "common professional knowledge, to be confirmed by the clinic: a guardian consents for a child under 14",
            lowest=1, highest=18,
        ),
        Parameter("patients.opening_minutes", 60, "decided here: for how long", lowest=5, highest=720),
        Parameter(
            "patients.charts_an_hour", 60, "decided here: who reads more different charts in an hour is asked",
            lowest=5, highest=1000,
        ),
        Parameter(
            "patients.charts_a_day", 300, "decided here: who reads more different charts in a day is asked",
            lowest=10, highest=5000,
        ),
    ),
)  # fmt: skip
