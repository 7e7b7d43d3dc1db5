"""The parameters (机构参数): every limit, rate and choice of the clinic with its days, read and changed by people."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.modules.parameters.events import CHANGED

MODULE = Module(
    name="parameters",
    blueprint="clinic_app.modules.parameters.views:blueprint",
    rights={
        "parameters.view": frozenset({"manager", "administrator", "auditor", "security_officer"}),
        "parameters.change": frozenset({"manager", "administrator"}),
    },
    menu=(MenuItem("参数", "parameters.index", "parameters.view", "list"),),
    events=(CHANGED,),
    offers=("parameters.change",),
)
