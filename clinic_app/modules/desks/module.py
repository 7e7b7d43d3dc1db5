"""Manifest of the subject desks (工位)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import documents, gateway, queries
from clinic_app.modules.desks.queries.todo import todo

AT_A_DESK = CARE_TEAM | {"manager", "administrator"}

MODULE = Module(
    name="desks",
    blueprint="clinic_app.modules.desks.views:blueprint",
    rights={
        "desks.manage": frozenset({"administrator", "technician"}),
        "desks.lan": frozenset({"administrator"}),
        "printing.own": AT_A_DESK,
        "desks.virtual": AT_A_DESK | {"technician"},
    },
    menu=(MenuItem("工位", "desks.desks", "desks.manage", "print"),),
    parameters=(
        Parameter("desks.pairing_code_minutes", 10, "product decision: typed at once", lowest=2, highest=60),
        Parameter("desks.pairing_code_tries", 10, "product decision: eight digits stay safe", lowest=3, highest=50),
    ),
    documents=(documents.TEST,),
    chips=queries.chips,
    todo=todo,
    bind=gateway.bind,
    stop=gateway.stop,
)
