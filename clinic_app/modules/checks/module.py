"""The checks (核对): what must always hold is counted again; audit trail, reading log, the clock."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.kernel.parameters import Parameter
from clinic_app.modules.checks.queries import chips
from clinic_app.modules.checks.services import runner

STOP_SECONDS = 15.0

MODULE = Module(
    name="checks",
    blueprint="clinic_app.modules.checks.views:blueprint",
    rights={
        "checks.view": frozenset({"manager", "administrator", "auditor", "technician"}),
        "checks.trail": frozenset({"auditor", "administrator"}),
        "checks.confirm_clock": frozenset({"manager", "administrator"}),
    },
    menu=(
        MenuItem("核对", "checks.index", "checks.view", "shield"),
        MenuItem("审计", "checks.trail", "checks.trail", "list"),
    ),
    belongs={"checks.readings": "checks.trail"},
    reads=("patient", "person"),
    chips=chips,
    stop=lambda: runner.stop(STOP_SECONDS),
    parameters=(
        Parameter("checks.clock_leap_days", 31, "decided here: a longer leap is typed twice", lowest=1, highest=3660),
    ),
)
