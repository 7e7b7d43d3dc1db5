"""What is known of a person besides the record's face: details, other names, family, consent, villages, changes."""

SQL = """
CREATE TABLE village(
    code TEXT PRIMARY KEY CHECK (length(code) = 12 AND code NOT GLOB '*[^0-9]*'),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    record_part TEXT NOT NULL CHECK (length(record_part) = 3 AND record_part NOT GLOB '*[^0-9]*'),
    last_serial INTEGER NOT NULL CHECK (last_serial BETWEEN 0 AND 99999),
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    source TEXT NOT NULL CHECK (source <> ''),
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    rev INTEGER NOT NULL CHECK (rev >= 1),
    changed_at INTEGER NOT NULL,
    changed_by BLOB NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX village_record_part ON village(substr(code, 1, 9), record_part);
CREATE TRIGGER village_serial_grows BEFORE UPDATE ON village WHEN NEW.last_serial < OLD.last_serial
BEGIN SELECT RAISE(ABORT, 'a serial of a village is never used again'); END;
CREATE TRIGGER village_no_delete BEFORE DELETE ON village
BEGIN SELECT RAISE(ABORT, 'villages are closed, never removed'); END;

CREATE TABLE patient_detail(
    patient_id BLOB PRIMARY KEY REFERENCES patient(id),
    ethnicity TEXT NOT NULL,
    marital TEXT NOT NULL,
    occupation TEXT NOT NULL,
    workplace TEXT NOT NULL CHECK (length(workplace) <= 200),
    abo TEXT NOT NULL,
    rh TEXT NOT NULL,
    birth_place TEXT NOT NULL CHECK (length(birth_place) <= 200),
    birth_order INTEGER CHECK (birth_order BETWEEN 1 AND 9),
    marks TEXT NOT NULL CHECK (length(marks) <= 200),
    village_code TEXT REFERENCES village(code),
    is_restricted INTEGER NOT NULL CHECK (is_restricted IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX patient_detail_restricted ON patient_detail(patient_id) WHERE is_restricted = 1;
CREATE TRIGGER patient_detail_no_delete BEFORE DELETE ON patient_detail
BEGIN SELECT RAISE(ABORT, 'details are never removed'); END;

CREATE TABLE patient_change(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    field TEXT NOT NULL CHECK (field <> ''),
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by BLOB NOT NULL
);
CREATE INDEX patient_change_patient ON patient_change(patient_id, id);
CREATE TRIGGER patient_change_no_update BEFORE UPDATE ON patient_change
BEGIN SELECT RAISE(ABORT, 'the history of a record is never changed'); END;
CREATE TRIGGER patient_change_no_delete BEFORE DELETE ON patient_change
BEGIN SELECT RAISE(ABORT, 'the history of a record is never removed'); END;

CREATE TABLE patient_other_name(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_form TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX patient_other_name_patient ON patient_other_name(patient_id) WHERE ended_at IS NULL;

CREATE TABLE patient_history(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 100),
    since TEXT NOT NULL CHECK (length(since) <= 20),
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX patient_history_patient ON patient_history(patient_id) WHERE ended_at IS NULL;

CREATE TABLE patient_relation(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    relative_id BLOB REFERENCES patient(id) CHECK (relative_id IS NULL OR relative_id <> patient_id),
    name TEXT NOT NULL CHECK (length(name) <= 100),
    phone TEXT NOT NULL CHECK (length(phone) <= 20),
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((relative_id IS NULL) = (name <> ''))
);
CREATE INDEX patient_relation_patient ON patient_relation(patient_id) WHERE ended_at IS NULL;
CREATE INDEX patient_relation_relative ON patient_relation(relative_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX patient_relation_mother ON patient_relation(patient_id)
    WHERE kind = 'mother' AND ended_at IS NULL;

CREATE TABLE patient_consent(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    purpose TEXT NOT NULL CHECK (purpose <> ''),
    version INTEGER NOT NULL CHECK (version >= 1),
    relation_id INTEGER REFERENCES patient_relation(id),
    given_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_by BLOB,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX patient_consent_live ON patient_consent(patient_id, purpose) WHERE withdrawn_at IS NULL;
CREATE INDEX patient_consent_patient ON patient_consent(patient_id);
CREATE TRIGGER patient_consent_only_ends BEFORE UPDATE ON patient_consent
WHEN OLD.withdrawn_at IS NOT NULL OR NEW.purpose IS NOT OLD.purpose OR NEW.version IS NOT OLD.version
    OR NEW.patient_id IS NOT OLD.patient_id OR NEW.given_at IS NOT OLD.given_at
    OR NEW.relation_id IS NOT OLD.relation_id
BEGIN SELECT RAISE(ABORT, 'a consent is only withdrawn, once'); END;
CREATE TRIGGER patient_consent_no_delete BEFORE DELETE ON patient_consent
BEGIN SELECT RAISE(ABORT, 'consents are withdrawn, never removed'); END;

CREATE TABLE not_duplicate(
    one_id BLOB NOT NULL REFERENCES patient(id),
    other_id BLOB NOT NULL REFERENCES patient(id),
    decided_by BLOB NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (one_id, other_id),
    CHECK (one_id < other_id)
) WITHOUT ROWID;
CREATE INDEX patient_temporary ON patient(registered_at) WHERE is_temporary;
"""
