"""Visits with their queue number, state and moments (就诊)."""

SQL = """
CREATE TABLE visit(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_no TEXT NOT NULL UNIQUE,
    visit_on TEXT NOT NULL CHECK (visit_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    queue_no INTEGER NOT NULL CHECK (queue_no >= 1),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    room_id BLOB NOT NULL REFERENCES room(id),
    doctor_id BLOB REFERENCES person(id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    payer TEXT NOT NULL CHECK (payer <> ''),
    with_number INTEGER NOT NULL CHECK (with_number IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('registered', 'called', 'in_consultation', 'finished', 'cancelled')),
    registered_at INTEGER NOT NULL,
    registered_by BLOB NOT NULL REFERENCES person(id),
    called_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    cancelled_at INTEGER,
    cancelled_by BLOB REFERENCES person(id),
    cancel_reason TEXT NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 100)
) WITHOUT ROWID;
CREATE UNIQUE INDEX visit_day_number ON visit(visit_on, queue_no);
CREATE INDEX visit_patient ON visit(patient_id, visit_on);
CREATE INDEX visit_waiting ON visit(visit_on, room_id, queue_no) WHERE state IN ('registered', 'called');
CREATE INDEX visit_doctor ON visit(visit_on, room_id, started_at, doctor_id) WHERE doctor_id IS NOT NULL;
CREATE TRIGGER visit_state_order BEFORE UPDATE OF state ON visit
WHEN NOT (NEW.state = OLD.state
    OR (OLD.state = 'registered' AND NEW.state IN ('called', 'in_consultation', 'cancelled'))
    OR (OLD.state = 'called' AND NEW.state IN ('in_consultation', 'cancelled'))
    OR (OLD.state = 'in_consultation' AND NEW.state = 'finished'))
BEGIN SELECT RAISE(ABORT, 'a visit does not go that way'); END;
CREATE TRIGGER visit_number_stays BEFORE UPDATE OF visit_no, queue_no, visit_on, patient_id ON visit
BEGIN SELECT RAISE(ABORT, 'number, day and patient of a visit never change'); END;
CREATE TRIGGER visit_no_delete BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'visits are never removed'); END;
"""
