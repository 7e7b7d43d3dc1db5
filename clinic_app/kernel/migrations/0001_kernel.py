"""Tables of the kernel: installation, command keys, outbox, audit, jobs, parameters, series, sessions, access log."""

# A row above a quarter of a page takes a whole one WITHOUT ROWID, so outbox and job are ordinary tables.
SQL = """
CREATE TABLE installation(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    clinic_id BLOB NOT NULL CHECK (length(clinic_id) = 16),
    epoch BLOB NOT NULL CHECK (length(epoch) = 16),
    clinic_name TEXT NOT NULL,
    clinic_code TEXT NOT NULL,
    division_code TEXT NOT NULL,
    is_practice INTEGER NOT NULL CHECK (is_practice IN (0, 1)),
    key_mark TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE once(
    key BLOB PRIMARY KEY,
    person_id BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    result BLOB NOT NULL,
    hlc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE audit(
    seq INTEGER PRIMARY KEY,
    hlc INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    clock_state TEXT NOT NULL CHECK (clock_state IN ('trusted', 'guessed', 'wrong')),
    person_id BLOB NOT NULL,
    desk_id BLOB,
    action TEXT NOT NULL,
    entity BLOB,
    patient_id BLOB,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE outbox(
    epoch BLOB NOT NULL,
    stream TEXT NOT NULL CHECK (stream IN ('care', 'bulk', 'meta')),
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    version INTEGER NOT NULL,
    entity BLOB NOT NULL,
    parents BLOB NOT NULL,
    body BLOB NOT NULL,
    hlc INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    clock_state TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (epoch, stream, seq)
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END;
CREATE TRIGGER outbox_no_update BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
CREATE TABLE job(
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    entity BLOB NOT NULL,
    copy_no INTEGER NOT NULL CHECK (copy_no >= 1),
    patient_id BLOB,
    desk_id BLOB,
    person_id BLOB NOT NULL,
    payload BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'printed', 'not_started', 'unknown', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (document, entity, copy_no)
);
CREATE INDEX job_open ON job(next_at) WHERE state IN ('queued', 'sending', 'not_started', 'unknown');
CREATE TABLE parameter(
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    PRIMARY KEY (name, valid_from)
) WITHOUT ROWID;
CREATE TRIGGER parameter_kept_insert AFTER INSERT ON parameter BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER parameter_kept_update AFTER UPDATE ON parameter BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER parameter_kept_delete AFTER DELETE ON parameter BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TABLE list_version(id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL);
INSERT INTO list_version VALUES(1, 0);
CREATE TABLE series(name TEXT PRIMARY KEY, last INTEGER NOT NULL CHECK (last >= 1)) WITHOUT ROWID;
CREATE TABLE session(
    id BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    csrf TEXT NOT NULL,
    person_id BLOB,
    desk_id BLOB,
    language TEXT NOT NULL DEFAULT 'zh-CN',
    is_locked INTEGER NOT NULL DEFAULT 0 CHECK (is_locked IN (0, 1)),
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE TABLE access_log(
    person_id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    screen TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (patient_id, bucket, person_id)
) WITHOUT ROWID;
CREATE INDEX access_log_person ON access_log(person_id, bucket, patient_id);
"""
