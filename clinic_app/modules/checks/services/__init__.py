"""Commands of the checks (核对)."""

from clinic_app.modules.checks.services.clock_time import confirm_clock
from clinic_app.modules.checks.services.running import COUNTING, READING, Progress, runner
from clinic_app.modules.checks.services.runs import start_run

__all__ = ["COUNTING", "READING", "Progress", "confirm_clock", "runner", "start_run"]
