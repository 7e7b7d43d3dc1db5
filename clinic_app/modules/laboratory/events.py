"""Business events of the laboratory (检验检查)."""

from clinic_app.kernel.outbox import Event

REPORT_VERIFIED = Event(
    "laboratory.report_verified", 1,
    ("report_id", "report_no", "version", "visit_id", "patient_id", "line_id", "panel", "values", "conclusion"),
)  # fmt: skip
"""A report is verified (审核); `values` is a list of {code, value, flag}."""

CRITICAL_TOLD = Event(
    "laboratory.critical_told", 1, ("report_id", "visit_id", "patient_id", "code", "value", "told_id", "told_at")
)
"""A critical value (危急值) was told to somebody who read it back."""

EVENTS = (REPORT_VERIFIED, CRITICAL_TOLD)
