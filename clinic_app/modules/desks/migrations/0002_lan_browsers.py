"""Browsers on the LAN that are a desk, and the one-time codes that make them one."""

SQL = """
CREATE TABLE lan_browser(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    desk_id BLOB NOT NULL REFERENCES desk(id),
    address TEXT NOT NULL,
    paired_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE INDEX lan_browser_desk ON lan_browser(desk_id) WHERE ended_at IS NULL;
CREATE TABLE pairing_code(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    desk_id BLOB NOT NULL REFERENCES desk(id),
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > made_at),
    wrong INTEGER NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    browser_id BLOB REFERENCES lan_browser(id),
    ended_at INTEGER CHECK (browser_id IS NULL OR ended_at IS NOT NULL)
) WITHOUT ROWID;
CREATE INDEX pairing_code_open ON pairing_code(expires_at) WHERE ended_at IS NULL;
CREATE TRIGGER lan_browser_only_ends BEFORE UPDATE ON lan_browser
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.token_hash IS NOT OLD.token_hash
    OR NEW.desk_id IS NOT OLD.desk_id OR NEW.address IS NOT OLD.address OR NEW.paired_at IS NOT OLD.paired_at
BEGIN SELECT RAISE(ABORT, 'a pairing is only ever ended, once'); END;
CREATE TRIGGER lan_browser_no_delete BEFORE DELETE ON lan_browser
BEGIN SELECT RAISE(ABORT, 'pairings are ended, never removed'); END;
CREATE TRIGGER pairing_code_no_delete BEFORE DELETE ON pairing_code
BEGIN SELECT RAISE(ABORT, 'codes are ended, never removed'); END;
"""
