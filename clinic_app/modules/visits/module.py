"""The visits (就诊): registration, the queue of the day, cancelling."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.events import EVENTS
from clinic_app.modules.visits.invariants import INVARIANTS

MODULE = Module(
    name="visits",
    blueprint="clinic_app.modules.visits.views:blueprint",
    rights={
        "visits.view": CARE_TEAM | {"manager"},
        "visits.register": frozenset({"registrar", "cashier"}),
    },
    menu=(MenuItem("挂号", "visits.registration", "visits.register", "card", True),),
    events=EVENTS,
    offers=("visits.cancel",),
    reads=("patient", "room", "person"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    parameters=(
        Parameter("visits.number_valid_days", 1, "domain guide VS-03: 1 to 3 days", lowest=1, highest=3),
    ),
    documents=("visits.slip",),
)
