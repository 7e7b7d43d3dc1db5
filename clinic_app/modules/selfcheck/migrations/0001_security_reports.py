"""Table of the self-check: what the security part found, once a month and whenever somebody asked."""

SQL = """
CREATE TABLE security_report(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    month TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'),
    made_at INTEGER NOT NULL,
    made_by BLOB NOT NULL CHECK (length(made_by) = 16),
    worst TEXT NOT NULL CHECK (worst IN ('ok', 'notice', 'warning', 'fault')),
    findings TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX security_report_made ON security_report(made_at);
CREATE TRIGGER security_report_no_update BEFORE UPDATE ON security_report
BEGIN SELECT RAISE(ABORT, 'a report is never changed'); END;
CREATE TRIGGER security_report_no_delete BEFORE DELETE ON security_report
BEGIN SELECT RAISE(ABORT, 'reports are never removed'); END;
"""
