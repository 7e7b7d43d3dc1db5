"""Appointments (预约) of doctor sessions, and what triage (预检分诊) found."""

SQL = """
CREATE TABLE appointment(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    session_id BLOB NOT NULL REFERENCES doctor_session(id),
    visit_on TEXT NOT NULL CHECK (visit_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    slot_no INTEGER NOT NULL CHECK (slot_no >= 1),
    patient_id BLOB REFERENCES patient(id),
    name TEXT NOT NULL CHECK (name <> ''),
    phone TEXT NOT NULL,
    by_phone INTEGER NOT NULL CHECK (by_phone IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('booked', 'arrived', 'cancelled')),
    visit_id BLOB UNIQUE REFERENCES visit(id),
    made_at INTEGER NOT NULL,
    made_by BLOB NOT NULL REFERENCES person(id),
    cancelled_at INTEGER,
    cancelled_by BLOB REFERENCES person(id),
    cancel_reason TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'arrived') = (visit_id IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX appointment_slot ON appointment(session_id, visit_on, slot_no) WHERE state <> 'cancelled';
CREATE INDEX appointment_day ON appointment(visit_on);
CREATE TRIGGER appointment_final BEFORE UPDATE ON appointment
WHEN OLD.state <> 'booked' OR NEW.session_id IS NOT OLD.session_id OR NEW.visit_on IS NOT OLD.visit_on
    OR NEW.slot_no IS NOT OLD.slot_no OR NEW.name IS NOT OLD.name OR NEW.made_at IS NOT OLD.made_at
BEGIN SELECT RAISE(ABORT, 'an appointment is kept or cancelled, never changed'); END;
CREATE TRIGGER appointment_no_delete BEFORE DELETE ON appointment
BEGIN SELECT RAISE(ABORT, 'appointments are never removed'); END;

CREATE TABLE triage_question(
    code TEXT PRIMARY KEY CHECK (code <> ''),
    position INTEGER NOT NULL,
    text TEXT NOT NULL CHECK (text <> ''),
    text_en TEXT NOT NULL,
    source TEXT NOT NULL,
    is_reviewed INTEGER NOT NULL CHECK (is_reviewed IN (0, 1)),
    is_disabled INTEGER NOT NULL CHECK (is_disabled IN (0, 1))
) WITHOUT ROWID;
INSERT INTO triage_question VALUES
    ('contact', 1, '接触过传染病患者', 'Was in contact with an infectious patient',
     'common professional knowledge, to be confirmed by the clinic', 0, 0),
    ('travel', 2, '近期去过流行地区', 'Was in an epidemic area lately',
     'common professional knowledge, to be confirmed by the clinic', 0, 0),
    ('cluster', 3, '身边多人有同样症状', 'Several people around have the same symptoms',
     'common professional knowledge, to be confirmed by the clinic', 0, 0);

CREATE TABLE triage(
    id INTEGER PRIMARY KEY,
    visit_id BLOB NOT NULL REFERENCES visit(id),
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 4),
    temperature_tenths INTEGER CHECK (temperature_tenths BETWEEN 300 AND 450),
    exposures TEXT NOT NULL,
    triaged_at INTEGER NOT NULL,
    triaged_by BLOB NOT NULL REFERENCES person(id)
);
CREATE INDEX triage_visit ON triage(visit_id);
CREATE TRIGGER triage_no_update BEFORE UPDATE ON triage
BEGIN SELECT RAISE(ABORT, 'triage is done again, never changed'); END;
CREATE TRIGGER triage_no_delete BEFORE DELETE ON triage
BEGIN SELECT RAISE(ABORT, 'triage is never removed'); END;

CREATE TABLE transfer(
    id INTEGER PRIMARY KEY,
    visit_id BLOB NOT NULL REFERENCES visit(id),
    from_room_id BLOB NOT NULL REFERENCES room(id),
    to_room_id BLOB NOT NULL REFERENCES room(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 100),
    moved_at INTEGER NOT NULL,
    moved_by BLOB NOT NULL REFERENCES person(id)
);
CREATE INDEX transfer_visit ON transfer(visit_id);
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never changed'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'a transfer is never removed'); END;
"""
