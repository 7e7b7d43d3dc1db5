"""The patients (患者): who they are, how they are found, what they are allergic to, which records are one person."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.events import EVENTS
from clinic_app.modules.patients.invariants import INVARIANTS

MODULE = Module(
    name="patients",
    blueprint="clinic_app.modules.patients.views:blueprint",
    rights={
        "patients.view": CARE_TEAM | {"manager"},
        "patients.edit": frozenset({"registrar", "cashier", "doctor", "village_doctor", "nurse"}),
        "patients.merge": frozenset({"registrar", "manager"}),
    },
    menu=(MenuItem("患者", "patients.index", "patients.view", "search"),),
    events=EVENTS,
    invariants=INVARIANTS,
    tiles=queries.tiles,
    parameters=(
        Parameter(
            "patients.years_alone_from", 6, "domain guide ID-10: years and months under 6 years", lowest=1, highest=18
        ),
    ),
)
