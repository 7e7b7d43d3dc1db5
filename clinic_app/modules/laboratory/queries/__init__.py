"""Reads of the laboratory (检验检查)."""

from clinic_app.modules.laboratory.queries.calls import Call, calls_of_report, chips, open_calls, tiles
from clinic_app.modules.laboratory.queries.ranges import (
    ANALYTES,
    DatedRange,
    all_analytes,
    analyte,
    ranges_of,
    unreviewed,
)
from clinic_app.modules.laboratory.queries.reports import (
    Report,
    Value,
    live_report,
    report,
    reports_of_visit,
    values_of,
    versions_of,
)
from clinic_app.modules.laboratory.queries.tables import Analyte, Template, analytes, limits_of, templates
from clinic_app.modules.laboratory.queries.worklist import Asked, asked, waiting

__all__ = [
    "ANALYTES", "Analyte", "Asked", "Call", "DatedRange", "Report", "Template", "Value", "all_analytes", "analyte",
    "analytes", "asked", "calls_of_report", "chips", "limits_of", "live_report", "open_calls", "ranges_of", "report",
    "reports_of_visit", "templates", "tiles", "unreviewed", "values_of", "versions_of", "waiting",
]  # fmt: skip
