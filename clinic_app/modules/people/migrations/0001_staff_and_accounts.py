"""Staff, roles, accounts, one-time codes and the counts that slow down guessing."""

SQL = """
CREATE TABLE person(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    staff_no TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE person_role(
    person_id BLOB NOT NULL REFERENCES person(id),
    role TEXT NOT NULL CHECK (role <> ''),
    PRIMARY KEY (person_id, role)
) WITHOUT ROWID;
CREATE INDEX person_role_role ON person_role(role);
CREATE TABLE account(
    person_id BLOB PRIMARY KEY REFERENCES person(id),
    password_hash TEXT,
    pin_hash TEXT,
    pin_failures INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures >= 0),
    badge_no TEXT UNIQUE,
    password_on TEXT,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) WITHOUT ROWID;
CREATE TABLE one_time_code(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    person_id BLOB NOT NULL REFERENCES account(person_id),
    code_hash TEXT NOT NULL,
    is_console INTEGER NOT NULL DEFAULT 0 CHECK (is_console IN (0, 1)),
    shown INTEGER NOT NULL DEFAULT 0 CHECK (shown >= 0),
    given_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_time_code_live ON one_time_code(person_id) WHERE ended_at IS NULL;
CREATE INDEX one_time_code_console ON one_time_code(created_at) WHERE is_console = 1;
CREATE TABLE sign_in_failure(
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    failures INTEGER NOT NULL CHECK (failures >= 1),
    last_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER person_no_delete BEFORE DELETE ON person
    BEGIN SELECT RAISE(ABORT, 'people are closed, never removed'); END;
CREATE TRIGGER account_no_delete BEFORE DELETE ON account
    BEGIN SELECT RAISE(ABORT, 'accounts are closed, never removed'); END;
CREATE TRIGGER one_time_code_no_delete BEFORE DELETE ON one_time_code
    BEGIN SELECT RAISE(ABORT, 'codes are ended, never removed'); END;
"""
