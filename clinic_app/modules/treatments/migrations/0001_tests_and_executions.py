"""Tables of the treatment room: courses with their fees, skin tests, executions with parts and log."""

SQL = """
CREATE TABLE course(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    prescription_id BLOB UNIQUE REFERENCES prescription(id),
    request_id BLOB UNIQUE REFERENCES request(id),
    planned_at INTEGER NOT NULL,
    CHECK ((prescription_id IS NULL) <> (request_id IS NULL))
) WITHOUT ROWID;
CREATE INDEX course_visit ON course(visit_id);
CREATE TRIGGER course_no_delete BEFORE DELETE ON course BEGIN SELECT RAISE(ABORT, 'courses are never removed'); END;

CREATE TABLE skin_test(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    test_no TEXT NOT NULL UNIQUE,
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    line_id BLOB NOT NULL UNIQUE REFERENCES prescription_line(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    is_charged INTEGER NOT NULL CHECK (is_charged IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('ordered', 'started', 'negative', 'positive', 'cancelled')),
    ordered_at INTEGER NOT NULL,
    started_at INTEGER,
    started_by BLOB REFERENCES person(id),
    is_emergency INTEGER NOT NULL DEFAULT 0 CHECK (is_emergency IN (0, 1)),
    batch_no TEXT NOT NULL DEFAULT '',
    before_mm INTEGER CHECK (before_mm BETWEEN 0 AND 99),
    after_mm INTEGER CHECK (after_mm BETWEEN 0 AND 99),
    growth_mm INTEGER,
    least_minutes INTEGER,
    read_at INTEGER,
    read_by BLOB REFERENCES person(id),
    second_by BLOB REFERENCES person(id),
    CHECK ((state IN ('negative', 'positive')) = (read_at IS NOT NULL)),
    CHECK (read_at IS NULL OR (started_at IS NOT NULL AND read_by IS NOT NULL AND before_mm IS NOT NULL
        AND after_mm IS NOT NULL AND growth_mm IS NOT NULL AND least_minutes IS NOT NULL)),
    CHECK (second_by IS NULL OR second_by <> read_by)
) WITHOUT ROWID;
CREATE INDEX skin_test_patient ON skin_test(patient_id, drug_id);
CREATE INDEX skin_test_open ON skin_test(ordered_at) WHERE state IN ('ordered', 'started');
CREATE INDEX skin_test_positive ON skin_test(read_at) WHERE state = 'positive';
CREATE INDEX skin_test_sheet ON skin_test(prescription_id);
CREATE TRIGGER skin_test_fixed BEFORE UPDATE ON skin_test WHEN OLD.state IN ('negative', 'positive', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'a skin test that was read is never changed'); END;
CREATE TRIGGER skin_test_no_delete BEFORE DELETE ON skin_test
BEGIN SELECT RAISE(ABORT, 'skin tests are never removed'); END;

CREATE TABLE execution(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    label_no TEXT NOT NULL UNIQUE,
    course_id BLOB NOT NULL REFERENCES course(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    source_line_id BLOB,
    slip TEXT NOT NULL CHECK (slip IN ('injection', 'infusion', 'treatment')),
    group_no INTEGER NOT NULL CHECK (group_no >= 1),
    entry_no INTEGER NOT NULL CHECK (entry_no >= 1),
    planned_on TEXT NOT NULL,
    route TEXT NOT NULL,
    fee_item_id BLOB REFERENCES service_item(id),
    minutes INTEGER,
    drops INTEGER,
    state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'done', 'stopped', 'closed')),
    started_at INTEGER,
    started_by BLOB REFERENCES person(id),
    ended_at INTEGER,
    ended_by BLOB REFERENCES person(id),
    emergency_reason TEXT NOT NULL DEFAULT '',
    UNIQUE (course_id, group_no, entry_no),
    CHECK ((state IN ('running', 'done', 'stopped')) = (started_at IS NOT NULL AND started_by IS NOT NULL)),
    CHECK ((state IN ('done', 'stopped')) = (ended_at IS NOT NULL AND ended_by IS NOT NULL)),
    CHECK (ended_at IS NULL OR ended_at >= started_at)
) WITHOUT ROWID;
CREATE INDEX execution_open ON execution(planned_on, patient_id) WHERE state IN ('planned', 'running');
CREATE INDEX execution_started ON execution(started_at) WHERE started_at IS NOT NULL;
CREATE INDEX execution_patient ON execution(patient_id, planned_on);
CREATE TRIGGER execution_forward BEFORE UPDATE ON execution
WHEN OLD.state IN ('done', 'stopped', 'closed') AND NEW.state IS NOT OLD.state
BEGIN SELECT RAISE(ABORT, 'what was executed stays executed'); END;
CREATE TRIGGER execution_no_delete BEFORE DELETE ON execution
BEGIN SELECT RAISE(ABORT, 'executions are never removed'); END;

CREATE TABLE execution_part(
    execution_id BLOB NOT NULL REFERENCES execution(id),
    line_id BLOB NOT NULL,
    line_no INTEGER NOT NULL,
    drug_id BLOB REFERENCES drug(id),
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    dose_text TEXT NOT NULL,
    units INTEGER NOT NULL CHECK (units >= 0),
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    PRIMARY KEY (execution_id, line_id)
) WITHOUT ROWID;
CREATE INDEX execution_part_line ON execution_part(line_id);

CREATE TABLE execution_log(
    id INTEGER PRIMARY KEY,
    execution_id BLOB NOT NULL REFERENCES execution(id),
    kind TEXT NOT NULL CHECK (kind IN ('start', 'patrol', 'reaction', 'end', 'stop', 'mismatch', 'closed')),
    text TEXT NOT NULL DEFAULT '',
    drops INTEGER,
    by_id BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL
);
CREATE INDEX execution_log_execution ON execution_log(execution_id);
CREATE TRIGGER execution_log_no_update BEFORE UPDATE ON execution_log
BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END;
CREATE TRIGGER execution_log_no_delete BEFORE DELETE ON execution_log
BEGIN SELECT RAISE(ABORT, 'the log is never removed'); END;
"""
