"""Tables of the window: reviews, questions to the doctor, longer validity, returns, and what was refunded."""

SQL = """
CREATE TABLE sheet_review(
    id INTEGER PRIMARY KEY,
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'rejected')),
    reason TEXT NOT NULL CHECK ((outcome = 'passed') = (reason = '')),
    reviewed_by BLOB NOT NULL REFERENCES person(id),
    reviewed_at INTEGER NOT NULL
);
CREATE INDEX sheet_review_sheet ON sheet_review(prescription_id, id);
CREATE INDEX sheet_review_rejected ON sheet_review(reviewed_at) WHERE outcome = 'rejected';
CREATE TRIGGER sheet_review_no_update BEFORE UPDATE ON sheet_review
BEGIN SELECT RAISE(ABORT, 'a review is followed by another, never changed'); END;
CREATE TRIGGER sheet_review_no_delete BEFORE DELETE ON sheet_review
BEGIN SELECT RAISE(ABORT, 'reviews are never removed'); END;

CREATE TABLE sheet_question(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    doctor_id BLOB NOT NULL REFERENCES person(id),
    question TEXT NOT NULL CHECK (length(question) BETWEEN 2 AND 100),
    asked_by BLOB NOT NULL REFERENCES person(id),
    asked_at INTEGER NOT NULL,
    decision TEXT CHECK (decision IN ('keep', 'change', 'withdrawn')),
    answer TEXT NOT NULL DEFAULT '',
    answered_by BLOB REFERENCES person(id),
    answered_at INTEGER,
    CHECK ((decision IS NULL) = (answered_at IS NULL) AND (decision IS NULL) = (answered_by IS NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX sheet_question_open ON sheet_question(prescription_id) WHERE decision IS NULL;
CREATE INDEX sheet_question_sheet ON sheet_question(prescription_id, asked_at);
CREATE INDEX sheet_question_doctor ON sheet_question(doctor_id) WHERE decision IS NULL;
CREATE TRIGGER sheet_question_answered_once BEFORE UPDATE ON sheet_question
WHEN OLD.decision IS NOT NULL OR NEW.decision IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.prescription_id IS NOT OLD.prescription_id OR NEW.question IS NOT OLD.question
    OR NEW.asked_by IS NOT OLD.asked_by OR NEW.asked_at IS NOT OLD.asked_at OR NEW.doctor_id IS NOT OLD.doctor_id
BEGIN SELECT RAISE(ABORT, 'a question is answered once'); END;
CREATE TRIGGER sheet_question_no_delete BEFORE DELETE ON sheet_question
BEGIN SELECT RAISE(ABORT, 'questions are never removed'); END;

CREATE TABLE sheet_extension(
    prescription_id BLOB PRIMARY KEY REFERENCES prescription(id),
    valid_days INTEGER NOT NULL CHECK (valid_days >= 2),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    extended_by BLOB NOT NULL REFERENCES person(id),
    extended_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER sheet_extension_no_update BEFORE UPDATE ON sheet_extension
BEGIN SELECT RAISE(ABORT, 'a sheet is extended once'); END;
CREATE TRIGGER sheet_extension_no_delete BEFORE DELETE ON sheet_extension
BEGIN SELECT RAISE(ABORT, 'extensions are never removed'); END;

CREATE TABLE drug_return(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    return_no TEXT NOT NULL UNIQUE,
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    bill_id BLOB NOT NULL REFERENCES bill(id),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    inspected_by BLOB NOT NULL REFERENCES person(id),
    returned_at INTEGER NOT NULL,
    returned_on TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX drug_return_sheet ON drug_return(prescription_id);
CREATE INDEX drug_return_day ON drug_return(returned_on);
CREATE TRIGGER drug_return_no_update BEFORE UPDATE ON drug_return
BEGIN SELECT RAISE(ABORT, 'a return is never changed'); END;
CREATE TRIGGER drug_return_no_delete BEFORE DELETE ON drug_return
BEGIN SELECT RAISE(ABORT, 'a return is never removed'); END;

CREATE TABLE drug_return_line(
    return_id BLOB NOT NULL REFERENCES drug_return(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    condition TEXT NOT NULL CHECK (condition IN ('sealed', 'opened', 'damaged')),
    outcome TEXT NOT NULL CHECK (outcome IN ('stock', 'damaged', 'refused')),
    difference_fen INTEGER NOT NULL CHECK (outcome <> 'refused' OR difference_fen = 0),
    PRIMARY KEY (return_id, line_no),
    CHECK (condition = 'sealed' OR outcome <> 'stock')
) WITHOUT ROWID;
CREATE INDEX drug_return_line_ordered ON drug_return_line(line_id);
CREATE TRIGGER drug_return_line_no_update BEFORE UPDATE ON drug_return_line
BEGIN SELECT RAISE(ABORT, 'a return is never changed'); END;
CREATE TRIGGER drug_return_line_no_delete BEFORE DELETE ON drug_return_line
BEGIN SELECT RAISE(ABORT, 'a return is never removed'); END;

CREATE TABLE refunded_line(
    refund_id BLOB NOT NULL,
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    from_returned INTEGER NOT NULL CHECK (from_returned BETWEEN 0 AND quantity),
    at INTEGER NOT NULL,
    PRIMARY KEY (refund_id, line_id)
) WITHOUT ROWID;
CREATE INDEX refunded_line_line ON refunded_line(line_id);
CREATE TRIGGER refunded_line_no_update BEFORE UPDATE ON refunded_line
BEGIN SELECT RAISE(ABORT, 'a refund is never changed'); END;
CREATE TRIGGER refunded_line_no_delete BEFORE DELETE ON refunded_line
BEGIN SELECT RAISE(ABORT, 'a refund is never removed'); END;
"""
