"""What must always hold for reports and critical values."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "L1-whole", "审核过的报告每个指标都有结果",
        "SELECT 'report ' || r.report_no || ' version ' || r.version, 'has no value for ' || a.code FROM report r"
        " JOIN analyte a ON a.panel = r.panel WHERE r.state = 'verified'"
        " AND NOT EXISTS (SELECT 1 FROM report_value v WHERE v.report_id = r.id AND v.code = a.code)"
        " UNION ALL SELECT 'report ' || report_no || ' version ' || version, 'says nothing' FROM report r"
        " WHERE r.state = 'verified' AND r.conclusion = ''"
        " AND NOT EXISTS (SELECT 1 FROM report_value v WHERE v.report_id = r.id)",
    ),
    Invariant(
        "L1-paid", "做过的检验检查都交了费，或写明急救",
        "SELECT 'report ' || r.report_no, 'was never paid' FROM report r WHERE r.state <> 'cancelled'"
        " AND r.emergency_reason = '' AND NOT EXISTS (SELECT 1 FROM charge_line c WHERE c.source_id = r.request_id"
        " AND c.source_line_id = r.line_id AND c.state = 'billed' AND c.refunded < c.quantity)",
    ),
    Invariant(
        "L1-versions", "报告的版本连续，一个项目只有一张有效报告",
        "SELECT 'report ' || report_no, 'versions have a gap' FROM report GROUP BY report_no"
        " HAVING min(version) <> 1 OR max(version) <> count(*)"
        " UNION ALL SELECT 'request line ' || lower(hex(line_id)), 'has two live reports' FROM report"
        " WHERE state <> 'cancelled' GROUP BY line_id HAVING count(DISTINCT report_no) > 1",
    ),
    Invariant(
        "L2-critical", "危急值都有回报的记录",
        "SELECT 'report ' || r.report_no || ' ' || v.code, 'is critical and nobody has to be told' FROM report_value v"
        " JOIN report r ON r.id = v.report_id WHERE v.flag IN ('LL', 'HH') AND r.state IN ('entered', 'verified')"
        " AND NOT EXISTS (SELECT 1 FROM critical_call c WHERE c.report_id = r.id AND c.code = v.code"
        " AND c.value = v.value AND c.withdrawn_at IS NULL)",
    ),
)  # fmt: skip
