"""What must always hold for tests and executions (ST-01, ST-02, ST-03, ST-06, IN-02, IN-04)."""

from clinic_app.kernel.invariants import Invariant

_STARTED = "e.state IN ('running', 'done', 'stopped') AND e.emergency_reason = ''"

INVARIANTS = (
    Invariant(
        "E1-drugs", "打过的针、输过的液都交了药费",
        "SELECT 'line ' || lower(hex(x.line_id)), 'executed ' || x.used || ', paid ' || x.paid FROM ("
        " SELECT p.line_id, sum(p.units) AS used, coalesce((SELECT sum(l.quantity - l.refunded) FROM charge_line l"
        "  WHERE l.source_id = c.prescription_id AND l.source_line_id = p.line_id AND l.state = 'billed'), 0) AS paid"
        " FROM execution_part p JOIN execution e ON e.id = p.execution_id JOIN course c ON c.id = e.course_id"
        f" WHERE {_STARTED} AND p.is_own = 0 AND p.units > 0 GROUP BY p.line_id) AS x WHERE x.used > x.paid",
    ),
    Invariant(
        "E1-fees", "执行的次数不超过交费的次数",
        "SELECT 'course ' || lower(hex(x.course_id)), 'executed ' || x.used || ', fees paid ' || x.paid FROM ("
        " SELECT e.course_id, count(*) AS used, coalesce((SELECT sum(l.quantity - l.refunded) FROM charge_line l"
        "  WHERE l.source_id = e.course_id AND l.source_line_id = e.fee_item_id AND l.state = 'billed'), 0) AS paid"
        f" FROM execution e WHERE {_STARTED} AND e.fee_item_id IS NOT NULL GROUP BY e.course_id, e.fee_item_id) AS x"
        " WHERE x.used > x.paid"
        " UNION ALL SELECT 'request line ' || lower(hex(x.line_id)), 'executed ' || x.used || ', paid ' || x.paid"
        " FROM ("
        " SELECT e.source_line_id AS line_id, count(*) AS used,"
        " coalesce((SELECT sum(l.quantity - l.refunded) FROM charge_line l"
        "  WHERE l.source_id = c.request_id AND l.source_line_id = e.source_line_id AND l.state = 'billed'), 0) AS paid"
        f" FROM execution e JOIN course c ON c.id = e.course_id WHERE {_STARTED} AND e.source_line_id IS NOT NULL"
        " GROUP BY e.source_line_id) AS x WHERE x.used > x.paid",
    ),
    Invariant(
        "E2-tests", "皮试的结论和皮丘、时间相符，阳性不再用药",
        "SELECT 'test ' || test_no, 'is ' || state || ' with a growth of ' || (after_mm - before_mm) || ' mm'"
        " FROM skin_test WHERE read_at IS NOT NULL AND (state = 'positive') <> (after_mm - before_mm >= growth_mm)"
        " UNION ALL SELECT 'test ' || test_no, 'was read too early' FROM skin_test"
        " WHERE read_at IS NOT NULL AND read_at - started_at < least_minutes * 60000"
        " UNION ALL SELECT 'execution ' || e.label_no, 'was begun after the positive test ' || t.test_no"
        " FROM skin_test t JOIN execution_part p ON p.line_id = t.line_id JOIN execution e ON e.id = p.execution_id"
        " WHERE t.state = 'positive' AND e.started_at > t.read_at",
    ),
    Invariant(
        "E2-allergy", "皮试阳性都记成了过敏",
        "SELECT 'test ' || t.test_no, 'is positive and no allergy was recorded' FROM skin_test t"
        " WHERE t.state = 'positive' AND NOT EXISTS (SELECT 1 FROM allergy a WHERE a.patient_id = t.patient_id"
        " AND a.recorded_at <= t.read_at) AND NOT EXISTS (SELECT 1 FROM patient_link l JOIN allergy a"
        " ON a.patient_id = l.to_id WHERE l.from_id = t.patient_id)",
    ),
    Invariant(
        "E3-log", "每次执行都有开始的记录和执行人",
        "SELECT 'execution ' || e.label_no, 'has no start in its log' FROM execution e WHERE e.started_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM execution_log l WHERE l.execution_id = e.id AND l.kind = 'start')"
        " UNION ALL SELECT 'execution ' || e.label_no, 'has nothing to execute' FROM execution e"
        " WHERE NOT EXISTS (SELECT 1 FROM execution_part p WHERE p.execution_id = e.id)",
    ),
)  # fmt: skip
