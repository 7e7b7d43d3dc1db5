"""Visits with their number, state, place in line and moments (就诊); the sessions (出诊班次) they belong to."""

SQL = """
CREATE TABLE doctor_session(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    room_id BLOB NOT NULL REFERENCES room(id),
    weekday INTEGER CHECK (weekday BETWEEN 1 AND 7),
    session_on TEXT CHECK (session_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    from_minute INTEGER NOT NULL CHECK (from_minute >= 0),
    to_minute INTEGER NOT NULL CHECK (to_minute BETWEEN from_minute + 1 AND 1440),
    slots INTEGER NOT NULL CHECK (slots >= 1),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    made_at INTEGER NOT NULL,
    made_by BLOB NOT NULL,
    CHECK ((weekday IS NULL) <> (session_on IS NULL))
) WITHOUT ROWID;
CREATE TRIGGER doctor_session_no_delete BEFORE DELETE ON doctor_session
BEGIN SELECT RAISE(ABORT, 'sessions are ended, never removed'); END;

CREATE TABLE visit(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_no TEXT NOT NULL UNIQUE,
    visit_on TEXT NOT NULL CHECK (visit_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    queue_no INTEGER NOT NULL CHECK (queue_no >= 1),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    room_id BLOB NOT NULL REFERENCES room(id),
    session_id BLOB REFERENCES doctor_session(id),
    doctor_id BLOB REFERENCES person(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    payer TEXT NOT NULL CHECK (payer <> ''),
    with_number INTEGER NOT NULL CHECK (with_number IN (0, 1)),
    with_fee INTEGER NOT NULL CHECK (with_fee IN (0, with_number)),
    state TEXT NOT NULL CHECK (state IN ('registered', 'called', 'in_consultation', 'finished', 'cancelled')),
    rank INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 9),
    rank_at INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    registered_by BLOB NOT NULL REFERENCES person(id),
    first_called_at INTEGER,
    called_at INTEGER,
    passed_at INTEGER,
    passes INTEGER NOT NULL DEFAULT 0 CHECK (passes >= 0),
    started_at INTEGER,
    away_at INTEGER,
    returned_at INTEGER,
    returns INTEGER NOT NULL DEFAULT 0 CHECK (returns >= 0),
    finished_at INTEGER,
    cancelled_at INTEGER,
    cancelled_by BLOB REFERENCES person(id),
    cancel_reason TEXT NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 100)
) WITHOUT ROWID;
CREATE UNIQUE INDEX visit_day_number ON visit(visit_on, queue_no);
CREATE INDEX visit_patient ON visit(patient_id, visit_on);
CREATE INDEX visit_waiting ON visit(visit_on, room_id, queue_no) WHERE state IN ('registered', 'called');
CREATE INDEX visit_doctor ON visit(visit_on, room_id, started_at, doctor_id) WHERE doctor_id IS NOT NULL;
CREATE INDEX visit_session ON visit(session_id, visit_on) WHERE session_id IS NOT NULL;
CREATE TRIGGER visit_state_order BEFORE UPDATE OF state ON visit
WHEN NOT (NEW.state = OLD.state
    OR (OLD.state = 'registered' AND NEW.state IN ('called', 'in_consultation', 'cancelled'))
    OR (OLD.state = 'called' AND NEW.state IN ('in_consultation', 'cancelled'))
    OR (OLD.state IN ('called', 'in_consultation') AND NEW.state = 'registered')
    OR (OLD.state = 'in_consultation' AND NEW.state = 'finished'))
BEGIN SELECT RAISE(ABORT, 'a visit does not go that way'); END;
CREATE TRIGGER visit_number_stays BEFORE UPDATE OF visit_no, queue_no, visit_on, patient_id, kind ON visit
BEGIN SELECT RAISE(ABORT, 'number, day, kind and patient of a visit never change'); END;
CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'visits are never removed'); END;
"""
