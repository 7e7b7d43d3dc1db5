"""Tables of the laboratory: analytes, dated ranges, templates; reports with values and versions; critical calls."""

SQL = """
CREATE TABLE analyte(
    code TEXT PRIMARY KEY,
    panel TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('number', 'choice')),
    decimals INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 4),
    choices TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX analyte_panel ON analyte(panel, position);
CREATE TABLE reference_range(
    id INTEGER PRIMARY KEY,
    analyte TEXT NOT NULL REFERENCES analyte(code),
    sex TEXT NOT NULL CHECK (sex IN ('0', '1', '2')),
    from_days INTEGER NOT NULL CHECK (from_days >= 0),
    to_days INTEGER CHECK (to_days >= from_days),
    low TEXT NOT NULL,
    high TEXT NOT NULL,
    critical_low TEXT NOT NULL,
    critical_high TEXT NOT NULL,
    normal TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    recorded_by BLOB REFERENCES person(id),
    recorded_at INTEGER
);
CREATE TRIGGER reference_range_no_delete BEFORE DELETE ON reference_range
BEGIN SELECT RAISE(ABORT, 'reference ranges are never removed'); END;
CREATE TRIGGER reference_range_no_update BEFORE UPDATE ON reference_range
WHEN OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR NEW.id <> OLD.id OR NEW.analyte <> OLD.analyte
    OR NEW.sex <> OLD.sex OR NEW.from_days <> OLD.from_days OR NEW.to_days IS NOT OLD.to_days OR NEW.low <> OLD.low
    OR NEW.high <> OLD.high OR NEW.critical_low <> OLD.critical_low OR NEW.critical_high <> OLD.critical_high
    OR NEW.normal <> OLD.normal OR NEW.valid_from <> OLD.valid_from OR NEW.source <> OLD.source
BEGIN SELECT RAISE(ABORT, 'a reference range is only ever closed'); END;
CREATE INDEX reference_range_analyte ON reference_range(analyte);
CREATE TABLE report_template(
    id INTEGER PRIMARY KEY,
    panel TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    findings TEXT NOT NULL,
    conclusion TEXT NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    UNIQUE (panel, name)
);
CREATE TABLE report(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    report_no TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    corrects_id BLOB UNIQUE REFERENCES report(id),
    correct_reason TEXT NOT NULL DEFAULT '',
    request_id BLOB NOT NULL REFERENCES request(id),
    line_id BLOB NOT NULL REFERENCES request_line(id),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    panel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('collected', 'entered', 'verified', 'cancelled')),
    rev INTEGER NOT NULL DEFAULT 1,
    specimen TEXT NOT NULL DEFAULT '',
    emergency_reason TEXT NOT NULL DEFAULT '',
    collected_at INTEGER NOT NULL,
    collected_by BLOB NOT NULL REFERENCES person(id),
    entered_at INTEGER,
    entered_by BLOB REFERENCES person(id),
    verified_at INTEGER,
    verified_by BLOB REFERENCES person(id),
    cancel_reason TEXT NOT NULL DEFAULT '',
    findings TEXT NOT NULL DEFAULT '',
    conclusion TEXT NOT NULL DEFAULT '',
    UNIQUE (report_no, version),
    CHECK ((version = 1) = (corrects_id IS NULL)),
    CHECK (version = 1 OR trim(correct_reason) <> ''),
    CHECK (state NOT IN ('entered', 'verified') OR (entered_at IS NOT NULL AND entered_by IS NOT NULL)),
    CHECK ((state = 'verified') = (verified_at IS NOT NULL AND verified_by IS NOT NULL)),
    CHECK ((state = 'cancelled') = (trim(cancel_reason) <> ''))
) WITHOUT ROWID;
CREATE INDEX report_line ON report(line_id);
CREATE INDEX report_visit ON report(visit_id);
CREATE INDEX report_patient ON report(patient_id);
CREATE INDEX report_open ON report(collected_at) WHERE state IN ('collected', 'entered');
CREATE INDEX report_verified ON report(verified_at) WHERE state = 'verified';
CREATE TRIGGER report_fixed BEFORE UPDATE ON report WHEN OLD.state IN ('verified', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'a verified report is corrected by another, never changed'); END;
CREATE TRIGGER report_no_delete BEFORE DELETE ON report
BEGIN SELECT RAISE(ABORT, 'reports are never removed'); END;
CREATE TABLE report_value(
    report_id BLOB NOT NULL REFERENCES report(id),
    code TEXT NOT NULL REFERENCES analyte(code),
    value TEXT NOT NULL CHECK (value <> ''),
    flag TEXT NOT NULL CHECK (flag IN ('', 'L', 'H', 'A', 'LL', 'HH')),
    low TEXT NOT NULL,
    high TEXT NOT NULL,
    normal TEXT NOT NULL,
    PRIMARY KEY (report_id, code)
) WITHOUT ROWID;
CREATE TRIGGER report_value_insert BEFORE INSERT ON report_value
WHEN (SELECT state FROM report WHERE id = NEW.report_id) IN ('verified', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'the report is verified'); END;
CREATE TRIGGER report_value_update BEFORE UPDATE ON report_value
BEGIN SELECT RAISE(ABORT, 'values are written anew'); END;
CREATE TRIGGER report_value_delete BEFORE DELETE ON report_value
WHEN (SELECT state FROM report WHERE id = OLD.report_id) IN ('verified', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'the report is verified'); END;
CREATE TABLE critical_call(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    report_id BLOB NOT NULL REFERENCES report(id),
    code TEXT NOT NULL REFERENCES analyte(code),
    value TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    told_id BLOB REFERENCES person(id),
    told_at INTEGER,
    told_by BLOB REFERENCES person(id),
    is_read_back INTEGER NOT NULL DEFAULT 0 CHECK (is_read_back IN (0, 1)),
    note TEXT NOT NULL DEFAULT '',
    withdrawn_at INTEGER,
    CHECK ((told_at IS NOT NULL) = (told_id IS NOT NULL AND told_by IS NOT NULL AND is_read_back = 1)),
    UNIQUE (report_id, code, value)
) WITHOUT ROWID;
CREATE INDEX critical_call_open ON critical_call(found_at) WHERE told_at IS NULL AND withdrawn_at IS NULL;
CREATE TRIGGER critical_call_no_delete BEFORE DELETE ON critical_call
BEGIN SELECT RAISE(ABORT, 'calls are never removed'); END;
CREATE TRIGGER critical_call_fixed BEFORE UPDATE ON critical_call WHEN OLD.told_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a call that was made is never changed'); END;
"""
