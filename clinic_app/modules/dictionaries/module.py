"""Manifest of the dictionaries (字典)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.dictionaries.events import EVENTS
from clinic_app.modules.dictionaries.importing.running import resume
from clinic_app.modules.dictionaries.invariants import INVARIANTS
from clinic_app.modules.dictionaries.queries.todo import todo
from clinic_app.modules.dictionaries.services.named_codes import refuse_unknown_codes

MODULE = Module(
    name="dictionaries",
    blueprint="clinic_app.modules.dictionaries.views:blueprint",
    rights={
        "dictionaries.view": frozenset(
            {
                "registrar",
                "doctor",
                "village_doctor",
                "nurse",
                "pharmacist",
                "cashier",
                "manager",
                "administrator",
                "technician",
            }
        ),
        "dictionaries.manage": frozenset({"manager", "administrator"}),
    },
    menu=(MenuItem("字典", "dictionaries.drugs", "dictionaries.manage", "book"),),
    events=EVENTS,
    guards={"parameters.change": refuse_unknown_codes},
    invariants=INVARIANTS,
    todo=todo,
    hourly=resume,
    parameters=(
        Parameter("dictionaries.recent_use_days", 90, "our choice: a season", lowest=1, highest=730),
        Parameter(
            "dictionaries.registration_fee_item", "S0003", "practice: code of 一般诊疗费 in the starter list",
            codes_of="service_item",
        ),
    ),
)
