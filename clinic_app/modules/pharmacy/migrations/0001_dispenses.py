"""Tables of the pharmacy: who prepared a sheet, what was handed out of which batch."""

SQL = """
CREATE TABLE preparation(
    id INTEGER PRIMARY KEY,
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    bill_id BLOB NOT NULL REFERENCES bill(id),
    prepared_by BLOB NOT NULL REFERENCES person(id),
    prepared_at INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE UNIQUE INDEX preparation_live ON preparation(prescription_id, bill_id) WHERE ended_at IS NULL;
CREATE TRIGGER preparation_only_ends BEFORE UPDATE ON preparation
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.prescription_id IS NOT OLD.prescription_id
    OR NEW.bill_id IS NOT OLD.bill_id OR NEW.prepared_by IS NOT OLD.prepared_by
    OR NEW.prepared_at IS NOT OLD.prepared_at
BEGIN SELECT RAISE(ABORT, 'a preparation only ends, once'); END;
CREATE TRIGGER preparation_no_delete BEFORE DELETE ON preparation
BEGIN SELECT RAISE(ABORT, 'preparations are never removed'); END;

CREATE TABLE dispense(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    prescription_id BLOB NOT NULL REFERENCES prescription(id),
    part_no INTEGER NOT NULL CHECK (part_no >= 1),
    bill_id BLOB NOT NULL REFERENCES bill(id),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    reviewed_by BLOB NOT NULL REFERENCES person(id),
    prepared_by BLOB NOT NULL REFERENCES person(id),
    dispensed_by BLOB NOT NULL REFERENCES person(id),
    allergies TEXT NOT NULL,
    short_reason TEXT NOT NULL,
    dispensed_at INTEGER NOT NULL,
    dispensed_on TEXT NOT NULL,
    UNIQUE (prescription_id, part_no)
) WITHOUT ROWID;
CREATE INDEX dispense_short ON dispense(dispensed_at) WHERE short_reason <> '';
CREATE INDEX dispense_bill ON dispense(bill_id);
CREATE INDEX dispense_day ON dispense(dispensed_on, dispensed_at);
CREATE TRIGGER dispense_no_update BEFORE UPDATE ON dispense
BEGIN SELECT RAISE(ABORT, 'a dispense is never changed'); END;
CREATE TRIGGER dispense_no_delete BEFORE DELETE ON dispense
BEGIN SELECT RAISE(ABORT, 'a dispense is never removed'); END;

CREATE TABLE dispense_line(
    dispense_id BLOB NOT NULL REFERENCES dispense(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    drug_groups TEXT NOT NULL CHECK (json_valid(drug_groups)),
    drug_substances TEXT NOT NULL CHECK (json_valid(drug_substances)),
    PRIMARY KEY (dispense_id, line_no)
) WITHOUT ROWID;
CREATE INDEX dispense_line_ordered ON dispense_line(line_id);
CREATE INDEX dispense_line_batch ON dispense_line(batch_id);
CREATE TRIGGER dispense_line_no_update BEFORE UPDATE ON dispense_line
BEGIN SELECT RAISE(ABORT, 'a dispense is never changed'); END;
CREATE TRIGGER dispense_line_no_delete BEFORE DELETE ON dispense_line
BEGIN SELECT RAISE(ABORT, 'a dispense is never removed'); END;
"""
