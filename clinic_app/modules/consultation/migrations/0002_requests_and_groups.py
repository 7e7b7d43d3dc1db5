"""Tables of the requests (申请), and what a drug row says of its group, its own drug and its skin test."""

SQL = """
CREATE TABLE request(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_id BLOB NOT NULL REFERENCES note(visit_id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'withdrawn')),
    rev INTEGER NOT NULL CHECK (rev >= 1),
    kind TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'treatment', 'examination', 'laboratory')),
    executing_room TEXT NOT NULL DEFAULT '',
    is_urgent INTEGER NOT NULL DEFAULT 0 CHECK (is_urgent IN (0, 1)),
    question TEXT NOT NULL DEFAULT '',
    request_no TEXT UNIQUE,
    signed_at INTEGER,
    signed_on TEXT,
    withdrawn_at INTEGER,
    CHECK (state = 'draft' OR (request_no IS NOT NULL AND signed_at IS NOT NULL AND signed_on IS NOT NULL
        AND kind <> '')),
    CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL))
) WITHOUT ROWID;
CREATE INDEX request_visit ON request(visit_id);
CREATE INDEX request_signed_on ON request(signed_on) WHERE signed_on IS NOT NULL;
CREATE TRIGGER request_fixed BEFORE UPDATE ON request
WHEN OLD.state = 'withdrawn' OR (OLD.state = 'signed' AND (NEW.state = 'draft' OR NEW.id IS NOT OLD.id
    OR NEW.visit_id IS NOT OLD.visit_id OR NEW.patient_id IS NOT OLD.patient_id OR NEW.doctor_id IS NOT OLD.doctor_id
    OR NEW.kind IS NOT OLD.kind OR NEW.is_urgent IS NOT OLD.is_urgent OR NEW.question IS NOT OLD.question
    OR NEW.request_no IS NOT OLD.request_no OR NEW.signed_at IS NOT OLD.signed_at))
BEGIN SELECT RAISE(ABORT, 'a signed request is withdrawn, never changed'); END;
CREATE TRIGGER request_no_delete BEFORE DELETE ON request
BEGIN SELECT RAISE(ABORT, 'requests are withdrawn, never removed'); END;

CREATE TABLE request_line(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    request_id BLOB NOT NULL REFERENCES request(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    service_item_id BLOB NOT NULL REFERENCES service_item(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    note TEXT NOT NULL DEFAULT '',
    item_name TEXT NOT NULL DEFAULT '',
    item_name_en TEXT NOT NULL DEFAULT '',
    unit TEXT NOT NULL DEFAULT '',
    unit_en TEXT NOT NULL DEFAULT '',
    deleted_at INTEGER,
    withdrawn_at INTEGER,
    withdrawn_by BLOB REFERENCES person(id),
    withdraw_reason TEXT NOT NULL DEFAULT '',
    CHECK ((withdrawn_at IS NOT NULL) = (withdrawn_by IS NOT NULL AND trim(withdraw_reason) <> ''))
) WITHOUT ROWID;
CREATE INDEX request_line_request ON request_line(request_id, line_no);
CREATE TRIGGER request_line_insert BEFORE INSERT ON request_line
WHEN (SELECT state FROM request WHERE id = NEW.request_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a signed request takes no more lines'); END;
CREATE TRIGGER request_line_fixed BEFORE UPDATE ON request_line
WHEN OLD.withdrawn_at IS NOT NULL OR ((SELECT state FROM request WHERE id = OLD.request_id) <> 'draft'
    AND (NEW.request_id IS NOT OLD.request_id OR NEW.service_item_id IS NOT OLD.service_item_id
    OR NEW.quantity IS NOT OLD.quantity OR NEW.note IS NOT OLD.note OR NEW.item_name IS NOT OLD.item_name
    OR NEW.deleted_at IS NOT OLD.deleted_at))
BEGIN SELECT RAISE(ABORT, 'lines of a signed request are withdrawn, never changed'); END;
CREATE TRIGGER request_line_no_delete BEFORE DELETE ON request_line
BEGIN SELECT RAISE(ABORT, 'lines are withdrawn, never removed'); END;

ALTER TABLE prescription_line ADD COLUMN group_no INTEGER CHECK (group_no >= 1);
ALTER TABLE prescription_line ADD COLUMN is_own INTEGER NOT NULL DEFAULT 0 CHECK (is_own IN (0, 1));
ALTER TABLE prescription_line ADD COLUMN untested_because TEXT NOT NULL DEFAULT '';
ALTER TABLE prescription_line ADD COLUMN minutes INTEGER CHECK (minutes >= 1);
"""
