"""The self-check (自检): what is wrong with this PC and its clinic, what to do, the monthly security report."""

from clinic_app.kernel.manifest import MenuItem, Module
from clinic_app.modules.selfcheck.services import write_due_report

MODULE = Module(
    name="selfcheck",
    blueprint="clinic_app.modules.selfcheck.views:blueprint",
    rights={
        "selfcheck.view": frozenset({"manager", "administrator", "technician", "auditor", "security_officer"}),
        "selfcheck.report": frozenset({"administrator", "security_officer"}),
        "selfcheck.bundle": frozenset({"administrator", "technician"}),
    },
    menu=(MenuItem("自检", "selfcheck.index", "selfcheck.view", "shield"),),
    hourly=write_due_report,
)
