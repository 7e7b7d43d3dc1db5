"""What the server knows of its backups: every run, where the copies lie, the targets, the county's key."""

SQL = """
CREATE TABLE backup_target(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('folder', 'volume')),
    place TEXT NOT NULL,
    name TEXT NOT NULL,
    copy_no INTEGER NOT NULL CHECK (copy_no IN (2, 3)),
    added_at INTEGER NOT NULL,
    added_by BLOB NOT NULL REFERENCES person(id),
    ended_at INTEGER,
    CHECK (ended_at IS NULL OR ended_at >= added_at)
) WITHOUT ROWID;
CREATE UNIQUE INDEX backup_target_open ON backup_target(kind, place) WHERE ended_at IS NULL;
CREATE TABLE backup_run(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('hourly', 'daily', 'upgrade', 'now')),
    finished_at INTEGER NOT NULL,
    made_at INTEGER,
    file TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
    total_ms INTEGER NOT NULL DEFAULT 0 CHECK (total_ms >= 0),
    restore_ms INTEGER NOT NULL DEFAULT 0 CHECK (restore_ms >= 0),
    statements INTEGER NOT NULL DEFAULT 0,
    broken TEXT NOT NULL DEFAULT '',
    refusal TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    CHECK ((made_at IS NULL) = (refusal <> '')),
    CHECK (made_at IS NULL OR file <> '')
) WITHOUT ROWID;
CREATE INDEX backup_run_finished ON backup_run(finished_at);
CREATE TABLE backup_copy(
    run_id BLOB NOT NULL REFERENCES backup_run(id),
    copy_no INTEGER NOT NULL CHECK (copy_no IN (1, 2, 3)),
    target_id BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    refusal TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, target_id)
) WITHOUT ROWID;
CREATE INDEX backup_copy_newest ON backup_copy(copy_no, made_at) WHERE refusal = '';
CREATE INDEX backup_copy_target ON backup_copy(target_id, made_at);
CREATE TRIGGER backup_copy_kept_insert AFTER INSERT ON backup_copy BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER backup_copy_kept_update AFTER UPDATE ON backup_copy BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER backup_copy_kept_delete AFTER DELETE ON backup_copy BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER backup_target_kept_insert AFTER INSERT ON backup_target BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER backup_target_kept_update AFTER UPDATE ON backup_target BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER backup_target_kept_delete AFTER DELETE ON backup_target BEGIN UPDATE list_version SET n = n + 1; END;
"""
