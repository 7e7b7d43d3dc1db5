"""What rules ask of a patient, the register of pain patients, destroyed paper, and reads by patient and month."""

SQL = """
CREATE INDEX prescription_patient ON prescription(patient_id, signed_on) WHERE state = 'signed';
CREATE INDEX kept_stop_at ON kept_stop(kept_at);
CREATE TABLE patient_state(
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    question TEXT NOT NULL CHECK (question IN ('childbearing', 'kidneys')),
    answer TEXT NOT NULL CHECK (answer IN ('none', 'pregnant', 'nursing', 'weak', 'unclear')),
    answered_by BLOB NOT NULL REFERENCES person(id),
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (visit_id, question)
) WITHOUT ROWID;
CREATE TABLE pain_patient(
    patient_id BLOB PRIMARY KEY REFERENCES patient(id),
    diagnosis TEXT NOT NULL CHECK (trim(diagnosis) <> ''),
    proof TEXT NOT NULL CHECK (trim(proof) <> ''),
    has_consent INTEGER NOT NULL CHECK (has_consent = 1),
    has_identity_copy INTEGER NOT NULL CHECK (has_identity_copy = 1),
    registered_on TEXT NOT NULL,
    registered_by BLOB NOT NULL REFERENCES person(id),
    ended_on TEXT,
    ended_by BLOB REFERENCES person(id),
    end_reason TEXT NOT NULL DEFAULT '',
    CHECK ((ended_on IS NULL) = (ended_by IS NULL) AND (ended_on IS NULL OR trim(end_reason) <> ''))
) WITHOUT ROWID;
CREATE TABLE pain_check(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES pain_patient(patient_id),
    checked_on TEXT NOT NULL,
    finding TEXT NOT NULL CHECK (trim(finding) <> ''),
    checked_by BLOB NOT NULL REFERENCES person(id),
    recorded_at INTEGER NOT NULL
);
CREATE INDEX pain_check_patient ON pain_check(patient_id, checked_on);
CREATE TRIGGER pain_check_no_update BEFORE UPDATE ON pain_check
BEGIN SELECT RAISE(ABORT, 'a re-check is written once'); END;
CREATE TRIGGER pain_check_no_delete BEFORE DELETE ON pain_check
BEGIN SELECT RAISE(ABORT, 'a re-check is never removed'); END;
CREATE TABLE paper_destruction(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    listed_by BLOB NOT NULL REFERENCES person(id),
    listed_at INTEGER NOT NULL,
    approved_by BLOB REFERENCES person(id),
    approved_at INTEGER,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND approved_by IS NOT listed_by)
) WITHOUT ROWID;
CREATE INDEX paper_destruction_listed ON paper_destruction(listed_at);
CREATE TABLE destroyed_sheet(
    prescription_id BLOB PRIMARY KEY REFERENCES prescription(id),
    destruction_id BLOB NOT NULL REFERENCES paper_destruction(id)
) WITHOUT ROWID;
CREATE INDEX destroyed_sheet_list ON destroyed_sheet(destruction_id);
CREATE TRIGGER destroyed_sheet_no_update BEFORE UPDATE ON destroyed_sheet
BEGIN SELECT RAISE(ABORT, 'a listed sheet stays on its list'); END;
CREATE TRIGGER destroyed_sheet_no_delete BEFORE DELETE ON destroyed_sheet
BEGIN SELECT RAISE(ABORT, 'a listed sheet stays on its list'); END;
"""
