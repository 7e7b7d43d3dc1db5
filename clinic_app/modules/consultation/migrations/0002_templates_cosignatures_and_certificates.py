"""Tables around the note: templates, sets of drugs, asked amendments, co-signatures, certificates with their copies."""

SQL = """
CREATE TABLE note_template(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    scope TEXT NOT NULL CHECK (scope IN ('personal', 'department', 'clinic')),
    owner_id BLOB NOT NULL REFERENCES person(id),
    speciality TEXT NOT NULL DEFAULT '' CHECK (scope <> 'department' OR speciality <> ''),
    field TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    keys TEXT NOT NULL,
    content TEXT NOT NULL,
    required TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL CHECK (version >= 1),
    changed_at INTEGER NOT NULL,
    disabled_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX note_template_name ON note_template(scope, owner_id, speciality, field, name)
    WHERE disabled_at IS NULL;
CREATE TRIGGER note_template_no_delete BEFORE DELETE ON note_template
BEGIN SELECT RAISE(ABORT, 'templates are disabled, never removed'); END;

CREATE TABLE drug_set(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    scope TEXT NOT NULL CHECK (scope IN ('personal', 'clinic')),
    owner_id BLOB NOT NULL REFERENCES person(id),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    keys TEXT NOT NULL,
    lines TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    disabled_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX drug_set_name ON drug_set(scope, owner_id, name) WHERE disabled_at IS NULL;
CREATE TRIGGER drug_set_no_delete BEFORE DELETE ON drug_set
BEGIN SELECT RAISE(ABORT, 'sets are disabled, never removed'); END;

CREATE TABLE amendment_request(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    asked_by BLOB NOT NULL REFERENCES person(id),
    asked_at INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused', 'used')),
    decided_by BLOB REFERENCES person(id),
    decided_at INTEGER,
    remark TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'open') = (decided_by IS NULL AND decided_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by),
    CHECK (state <> 'refused' OR trim(remark) <> '')
) WITHOUT ROWID;
CREATE UNIQUE INDEX amendment_request_live ON amendment_request(visit_id) WHERE state IN ('open', 'approved');
CREATE INDEX amendment_request_visit ON amendment_request(visit_id, asked_at);
CREATE INDEX amendment_request_open ON amendment_request(asked_at) WHERE state = 'open';
CREATE TRIGGER amendment_request_no_delete BEFORE DELETE ON amendment_request
BEGIN SELECT RAISE(ABORT, 'what was asked is never removed'); END;

CREATE TABLE note_cosign(
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    version INTEGER NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('signed', 'returned')),
    cosigned_by BLOB NOT NULL REFERENCES person(id),
    cosigned_at INTEGER NOT NULL,
    remark TEXT NOT NULL DEFAULT '' CHECK (decision = 'signed' OR trim(remark) <> ''),
    PRIMARY KEY (visit_id, version),
    FOREIGN KEY (visit_id, version) REFERENCES note_version(visit_id, version)
) WITHOUT ROWID;
CREATE TRIGGER note_cosign_no_update BEFORE UPDATE ON note_cosign
BEGIN SELECT RAISE(ABORT, 'a co-signature is never changed'); END;
CREATE TRIGGER note_cosign_no_delete BEFORE DELETE ON note_cosign
BEGIN SELECT RAISE(ABORT, 'a co-signature is never removed'); END;

CREATE TABLE certificate(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    certificate_no TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('diagnosis', 'sick_leave', 'referral')),
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    content TEXT NOT NULL,
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    signed_at INTEGER NOT NULL,
    signed_on TEXT NOT NULL,
    voided_at INTEGER,
    voided_by BLOB REFERENCES person(id),
    void_reason TEXT NOT NULL DEFAULT '',
    CHECK ((voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (trim(void_reason) = ''))
) WITHOUT ROWID;
CREATE INDEX certificate_signed_on ON certificate(signed_on, signed_at);
CREATE INDEX certificate_visit ON certificate(visit_id);
CREATE TRIGGER certificate_fixed BEFORE UPDATE ON certificate
WHEN OLD.voided_at IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.certificate_no IS NOT OLD.certificate_no
    OR NEW.kind IS NOT OLD.kind OR NEW.visit_id IS NOT OLD.visit_id OR NEW.patient_id IS NOT OLD.patient_id
    OR NEW.doctor_id IS NOT OLD.doctor_id OR NEW.content IS NOT OLD.content
    OR NEW.content_hash IS NOT OLD.content_hash OR NEW.signed_at IS NOT OLD.signed_at
    OR NEW.signed_on IS NOT OLD.signed_on
BEGIN SELECT RAISE(ABORT, 'a certificate is voided, never changed'); END;
CREATE TRIGGER certificate_no_delete BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are voided, never removed'); END;

CREATE TABLE certificate_copy(
    certificate_id BLOB NOT NULL REFERENCES certificate(id),
    copy_no INTEGER NOT NULL CHECK (copy_no >= 1),
    printed_by BLOB NOT NULL REFERENCES person(id),
    printed_at INTEGER NOT NULL,
    PRIMARY KEY (certificate_id, copy_no)
) WITHOUT ROWID;
CREATE TRIGGER certificate_copy_no_update BEFORE UPDATE ON certificate_copy
BEGIN SELECT RAISE(ABORT, 'copies are counted once'); END;
CREATE TRIGGER certificate_copy_no_delete BEFORE DELETE ON certificate_copy
BEGIN SELECT RAISE(ABORT, 'copies are counted once'); END;
"""
