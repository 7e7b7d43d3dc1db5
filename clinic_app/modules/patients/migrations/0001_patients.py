"""Patients, their identifiers, search keys, allergies and links (患者、证件、检索键、过敏、合并)."""

SQL = """
CREATE TABLE patient(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    person_no TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_form TEXT NOT NULL,
    sex TEXT NOT NULL CHECK (sex IN ('0', '1', '2', '9')),
    born_on TEXT CHECK (born_on IS NULL OR born_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    is_birth_estimated INTEGER NOT NULL CHECK (is_birth_estimated IN (0, 1)),
    phone TEXT NOT NULL CHECK (length(phone) <= 20),
    address TEXT NOT NULL CHECK (length(address) <= 200),
    allergy_state TEXT NOT NULL CHECK (allergy_state IN ('unknown', 'none', 'known')),
    is_temporary INTEGER NOT NULL CHECK (is_temporary IN (0, 1)),
    last_visit_on TEXT,
    rev INTEGER NOT NULL CHECK (rev >= 1),
    registered_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX patient_born ON patient(born_on) WHERE born_on IS NOT NULL;
CREATE INDEX patient_phone ON patient(phone) WHERE phone <> '';
CREATE TRIGGER patient_no_delete BEFORE DELETE ON patient
BEGIN SELECT RAISE(ABORT, 'patients are never removed'); END;

CREATE TABLE name_key(
    key TEXT NOT NULL,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    PRIMARY KEY (key, patient_id DESC)
) WITHOUT ROWID;
CREATE INDEX name_key_patient ON name_key(patient_id);

CREATE TABLE patient_identifier(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    has_one_holder INTEGER NOT NULL DEFAULT 1 CHECK (has_one_holder IN (0, 1)),
    value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 40),
    tail TEXT NOT NULL,
    original TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('typed', 'card')),
    issuer TEXT NOT NULL DEFAULT '',
    valid_from TEXT,
    valid_to TEXT,
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 60),
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX patient_identifier_holder ON patient_identifier(kind, value)
    WHERE ended_at IS NULL AND has_one_holder;
CREATE INDEX patient_identifier_value ON patient_identifier(value) WHERE ended_at IS NULL;
CREATE INDEX patient_identifier_account ON patient_identifier(value COLLATE NOCASE)
    WHERE ended_at IS NULL AND kind IN ('wechat', 'alipay');
CREATE INDEX patient_identifier_tail ON patient_identifier(tail) WHERE ended_at IS NULL AND kind = '01';
CREATE UNIQUE INDEX patient_identifier_health_record ON patient_identifier(value) WHERE kind = 'health_record';
CREATE INDEX patient_identifier_patient ON patient_identifier(patient_id);
CREATE TRIGGER patient_identifier_no_delete BEFORE DELETE ON patient_identifier
BEGIN SELECT RAISE(ABORT, 'identifiers are ended, never removed'); END;

CREATE TABLE allergy(
    id INTEGER PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient(id),
    kind TEXT NOT NULL CHECK (kind IN ('group', 'drug', 'text')),
    code TEXT NOT NULL CHECK ((kind = 'text') = (code = '')),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 60),
    note TEXT NOT NULL CHECK (length(note) <= 200),
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX allergy_patient ON allergy(patient_id) WHERE ended_at IS NULL;
CREATE TRIGGER allergy_no_delete BEFORE DELETE ON allergy
BEGIN SELECT RAISE(ABORT, 'allergies are ended, never removed'); END;

CREATE TABLE patient_link(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    from_id BLOB NOT NULL REFERENCES patient(id),
    to_id BLOB NOT NULL REFERENCES patient(id) CHECK (to_id <> from_id),
    linked_by BLOB NOT NULL,
    linked_at INTEGER NOT NULL,
    approved_by BLOB,
    approved_at INTEGER,
    undone_by BLOB,
    undone_at INTEGER,
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX patient_link_from ON patient_link(from_id) WHERE undone_at IS NULL;
CREATE INDEX patient_link_to ON patient_link(to_id) WHERE undone_at IS NULL;
CREATE INDEX patient_link_waiting ON patient_link(linked_at) WHERE approved_at IS NULL AND undone_at IS NULL;
CREATE TRIGGER patient_link_no_delete BEFORE DELETE ON patient_link
BEGIN SELECT RAISE(ABORT, 'links are undone, never removed'); END;
"""
