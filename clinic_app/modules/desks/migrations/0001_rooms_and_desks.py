"""Rooms, desks and the browsers that were made a desk."""

SQL = """
CREATE TABLE room(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 8),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
    speciality TEXT NOT NULL CHECK (length(speciality) <= 20),
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE desk(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    place INTEGER NOT NULL UNIQUE CHECK (place >= 1),
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 20),
    room_id BLOB REFERENCES room(id),
    printer_kind TEXT NOT NULL CHECK (printer_kind <> ''),
    printer_address TEXT NOT NULL CHECK (printer_address = '' OR printer_kind NOT IN ('virtual', 'none')),
    reader_kind TEXT NOT NULL CHECK (reader_kind <> ''),
    reader_address TEXT NOT NULL,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE paired_browser(
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    desk_id BLOB NOT NULL REFERENCES desk(id),
    paired_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER room_no_delete BEFORE DELETE ON room
    BEGIN SELECT RAISE(ABORT, 'rooms are closed, never removed'); END;
CREATE TRIGGER desk_no_delete BEFORE DELETE ON desk
    BEGIN SELECT RAISE(ABORT, 'desks are closed, never removed'); END;
"""
