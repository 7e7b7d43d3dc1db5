"""Charts opened in an emergency (紧急查看) and alarms of bulk reading (大量查阅), each with its review."""

SQL = """
CREATE TABLE chart_opening(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    person_id BLOB NOT NULL REFERENCES person(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    opened_at INTEGER NOT NULL,
    open_until INTEGER NOT NULL CHECK (open_until > opened_at),
    reviewed_at INTEGER,
    reviewed_by BLOB REFERENCES person(id) CHECK (reviewed_by IS NULL OR reviewed_by <> person_id),
    verdict TEXT CHECK (verdict IN ('justified', 'unjustified')),
    review_note TEXT NOT NULL DEFAULT '' CHECK (length(review_note) <= 200),
    CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL) AND (reviewed_at IS NULL) = (verdict IS NULL))
) WITHOUT ROWID;
CREATE INDEX chart_opening_reader ON chart_opening(person_id, patient_id, open_until);
CREATE INDEX chart_opening_waiting ON chart_opening(opened_at) WHERE reviewed_at IS NULL;
CREATE INDEX chart_opening_reviewed ON chart_opening(reviewed_at) WHERE reviewed_at IS NOT NULL;
CREATE TRIGGER chart_opening_only_reviewed BEFORE UPDATE ON chart_opening
WHEN OLD.reviewed_at IS NOT NULL OR NEW.patient_id IS NOT OLD.patient_id OR NEW.person_id IS NOT OLD.person_id
    OR NEW.reason IS NOT OLD.reason OR NEW.opened_at IS NOT OLD.opened_at OR NEW.open_until IS NOT OLD.open_until
BEGIN SELECT RAISE(ABORT, 'an opening is only reviewed, once'); END;
CREATE TRIGGER chart_opening_no_delete BEFORE DELETE ON chart_opening
BEGIN SELECT RAISE(ABORT, 'openings are never removed'); END;

CREATE TABLE reading_alarm(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    person_id BLOB NOT NULL REFERENCES person(id),
    span TEXT NOT NULL CHECK (span IN ('hour', 'day')),
    began_at INTEGER NOT NULL,
    most INTEGER NOT NULL CHECK (most >= 1),
    raised_at INTEGER NOT NULL,
    reviewed_at INTEGER,
    reviewed_by BLOB REFERENCES person(id) CHECK (reviewed_by IS NULL OR reviewed_by <> person_id),
    verdict TEXT CHECK (verdict IN ('justified', 'unjustified')),
    review_note TEXT NOT NULL DEFAULT '' CHECK (length(review_note) <= 200),
    UNIQUE (person_id, span, began_at),
    CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL) AND (reviewed_at IS NULL) = (verdict IS NULL))
) WITHOUT ROWID;
CREATE INDEX reading_alarm_waiting ON reading_alarm(raised_at) WHERE reviewed_at IS NULL;
CREATE INDEX reading_alarm_reviewed ON reading_alarm(reviewed_at) WHERE reviewed_at IS NOT NULL;
CREATE TRIGGER reading_alarm_only_reviewed BEFORE UPDATE ON reading_alarm
WHEN OLD.reviewed_at IS NOT NULL OR NEW.person_id IS NOT OLD.person_id OR NEW.span IS NOT OLD.span
    OR NEW.began_at IS NOT OLD.began_at OR NEW.raised_at IS NOT OLD.raised_at
BEGIN SELECT RAISE(ABORT, 'an alarm is only reviewed, once'); END;
CREATE TRIGGER reading_alarm_no_delete BEFORE DELETE ON reading_alarm
BEGIN SELECT RAISE(ABORT, 'alarms are never removed'); END;
"""
