"""Table of the checks: when somebody had everything counted again, and what came out."""

SQL = """
CREATE TABLE check_run(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    started_at INTEGER NOT NULL,
    started_by BLOB NOT NULL REFERENCES person(id),
    finished_at INTEGER,
    violations INTEGER CHECK (violations >= 0),
    findings TEXT,
    CHECK ((finished_at IS NULL) = (violations IS NULL) AND (finished_at IS NULL) = (findings IS NULL))
) WITHOUT ROWID;
CREATE INDEX check_run_finished ON check_run(finished_at) WHERE finished_at IS NOT NULL;
CREATE TRIGGER check_run_only_ends BEFORE UPDATE ON check_run
WHEN OLD.finished_at IS NOT NULL OR NEW.finished_at IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.started_at IS NOT OLD.started_at OR NEW.started_by IS NOT OLD.started_by
BEGIN SELECT RAISE(ABORT, 'a check only ends, once'); END;
CREATE TRIGGER check_run_no_delete BEFORE DELETE ON check_run
BEGIN SELECT RAISE(ABORT, 'checks are never removed'); END;
"""
