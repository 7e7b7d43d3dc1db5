"""The laboratory (检验检查): specimens, results, critical values, reports of tests and examinations."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.laboratory import queries, services
from clinic_app.modules.laboratory.events import EVENTS
from clinic_app.modules.laboratory.invariants import INVARIANTS

MODULE = Module(
    name="laboratory",
    blueprint="clinic_app.modules.laboratory.views:blueprint",
    rights={
        "laboratory.view": frozenset({"nurse", "doctor", "village_doctor", "manager"}),
        "laboratory.report": frozenset({"nurse", "doctor", "village_doctor"}),
        "laboratory.manage": frozenset({"manager", "administrator"}),
    },
    menu=(
        MenuItem("检验检查", "laboratory.index", "laboratory.report", "list"),
        MenuItem("参考范围", "laboratory.ranges", "laboratory.manage", "list"),
    ),
    belongs={"laboratory.analytes": "laboratory.ranges"},
    events=EVENTS,
    guards={
        "consultation.withdraw_request": services.refuse_withdrawal,
        "charging.refund": services.refuse_refund,
        "charging.void_bill": services.refuse_void,
    },
    reads=("person", "patient", "visit", "request", "request_line", "service_item", "charge_line"),
    invariants=INVARIANTS,
    tiles=queries.tiles,
    chips=queries.chips,
    parameters=(
        Parameter("laboratory.two_persons", True, "decided here: who entered a report does not verify it"),
        Parameter(
            "laboratory.critical_minutes", 10, "decided here: how soon a critical value is told; the clinic decides",
            lowest=1, highest=120,
        ),
        Parameter("laboratory.list_days", 7, "decided here: days that the work list looks back", lowest=1, highest=31),
    ),
    documents=("laboratory.report",),
)  # fmt: skip
