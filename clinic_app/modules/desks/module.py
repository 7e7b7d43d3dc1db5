"""Manifest of the subject desks (工位)."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import documents, gateway, queries

AT_A_DESK = CARE_TEAM | {"manager", "administrator"}

MODULE = Module(
    name="desks",
    blueprint="clinic_app.modules.desks.views:blueprint",
    rights={
        "desks.manage": frozenset({"administrator", "technician"}),
        "printing.own": AT_A_DESK,
        "desks.virtual": AT_A_DESK | {"technician"},
    },
    menu=(MenuItem("工位", "desks.desks", "desks.manage", "print"),),
    documents=(documents.TEST,),
    chips=queries.chips,
    bind=gateway.bind,
    stop=gateway.stop,
)
