"""Qualifications of staff with their days; a row is ended, never changed or removed."""

SQL = """
CREATE TABLE qualification(
    id INTEGER PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    level TEXT NOT NULL CHECK (level <> ''),
    document_no TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT CHECK (valid_to >= valid_from),
    recorded_by BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    ended_by BLOB,
    ended_at INTEGER,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX qualification_standing ON qualification(person_id, kind, valid_from) WHERE ended_at IS NULL;
CREATE TRIGGER qualification_only_ends BEFORE UPDATE ON qualification
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.person_id IS NOT OLD.person_id OR NEW.kind IS NOT OLD.kind
    OR NEW.level IS NOT OLD.level OR NEW.document_no IS NOT OLD.document_no OR NEW.valid_from IS NOT OLD.valid_from
    OR NEW.valid_to IS NOT OLD.valid_to OR NEW.recorded_by IS NOT OLD.recorded_by
    OR NEW.recorded_at IS NOT OLD.recorded_at
BEGIN SELECT RAISE(ABORT, 'a qualification is only ever ended, once'); END;
CREATE TRIGGER qualification_no_delete BEFORE DELETE ON qualification
BEGIN SELECT RAISE(ABORT, 'qualifications are ended, never removed'); END;
CREATE TRIGGER qualification_kept_insert AFTER INSERT ON qualification BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER qualification_kept_update AFTER UPDATE ON qualification BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER qualification_kept_delete AFTER DELETE ON qualification BEGIN UPDATE list_version SET n = n + 1; END;
"""
