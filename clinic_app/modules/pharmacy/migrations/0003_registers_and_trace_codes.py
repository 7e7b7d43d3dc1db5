"""Tables of the controlled-drug register (麻精药品专册), its empties and counts, and of trace codes (药品追溯码)."""

SQL = """
CREATE TABLE controlled_entry(
    id INTEGER PRIMARY KEY,
    drug_id BLOB NOT NULL REFERENCES drug(id),
    batch_id BLOB NOT NULL REFERENCES batch(id),
    kind TEXT NOT NULL CHECK (kind IN ('opening', 'goods_in', 'dispense', 'return', 'damage')),
    quantity INTEGER NOT NULL CHECK (quantity <> 0),
    balance INTEGER NOT NULL CHECK (balance >= 0),
    document_id BLOB NOT NULL,
    line_id BLOB REFERENCES prescription_line(id),
    patient_id BLOB REFERENCES patient(id),
    first_person BLOB NOT NULL,
    second_person BLOB REFERENCES person(id),
    at INTEGER NOT NULL,
    entered_on TEXT NOT NULL,
    CHECK (second_person IS NULL OR second_person <> first_person),
    CHECK (kind <> 'dispense' OR (second_person IS NOT NULL AND line_id IS NOT NULL AND patient_id IS NOT NULL))
);
CREATE INDEX controlled_entry_batch ON controlled_entry(batch_id, id);
CREATE INDEX controlled_entry_line ON controlled_entry(line_id) WHERE line_id IS NOT NULL;
CREATE INDEX controlled_entry_day ON controlled_entry(entered_on);
CREATE TRIGGER controlled_entry_countersigned_once BEFORE UPDATE ON controlled_entry
WHEN OLD.second_person IS NOT NULL OR NEW.second_person IS NULL OR NEW.id IS NOT OLD.id
    OR NEW.drug_id IS NOT OLD.drug_id OR NEW.batch_id IS NOT OLD.batch_id OR NEW.kind IS NOT OLD.kind
    OR NEW.quantity IS NOT OLD.quantity OR NEW.balance IS NOT OLD.balance OR NEW.document_id IS NOT OLD.document_id
    OR NEW.line_id IS NOT OLD.line_id OR NEW.patient_id IS NOT OLD.patient_id
    OR NEW.first_person IS NOT OLD.first_person OR NEW.at IS NOT OLD.at OR NEW.entered_on IS NOT OLD.entered_on
BEGIN SELECT RAISE(ABORT, 'an entry of the register is only ever countersigned'); END;
CREATE TRIGGER controlled_entry_no_delete BEFORE DELETE ON controlled_entry
BEGIN SELECT RAISE(ABORT, 'entries of the register are never removed'); END;

CREATE TABLE empty_container(
    id INTEGER PRIMARY KEY,
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    received_by BLOB NOT NULL REFERENCES person(id),
    received_at INTEGER NOT NULL,
    counted_by BLOB REFERENCES person(id),
    counted_at INTEGER,
    CHECK ((counted_by IS NULL) = (counted_at IS NULL) AND counted_by IS NOT received_by)
);
CREATE INDEX empty_container_line ON empty_container(line_id);
CREATE TRIGGER empty_container_counted_once BEFORE UPDATE ON empty_container
WHEN OLD.counted_by IS NOT NULL OR NEW.counted_by IS NULL OR NEW.line_id IS NOT OLD.line_id
    OR NEW.quantity IS NOT OLD.quantity OR NEW.received_by IS NOT OLD.received_by
    OR NEW.received_at IS NOT OLD.received_at
BEGIN SELECT RAISE(ABORT, 'empties are counted once'); END;
CREATE TRIGGER empty_container_no_delete BEFORE DELETE ON empty_container
BEGIN SELECT RAISE(ABORT, 'empties are never removed'); END;

CREATE TABLE controlled_count(
    id INTEGER PRIMARY KEY,
    batch_id BLOB NOT NULL REFERENCES batch(id),
    counted_on TEXT NOT NULL,
    book INTEGER NOT NULL,
    counted INTEGER NOT NULL CHECK (counted >= 0),
    counted_by BLOB NOT NULL REFERENCES person(id),
    counted_at INTEGER NOT NULL,
    checked_by BLOB REFERENCES person(id),
    CHECK (checked_by IS NULL OR checked_by <> counted_by)
);
CREATE INDEX controlled_count_batch ON controlled_count(batch_id, id);
CREATE INDEX controlled_count_day ON controlled_count(counted_on);
CREATE TRIGGER controlled_count_checked_once BEFORE UPDATE ON controlled_count
WHEN OLD.checked_by IS NOT NULL OR NEW.checked_by IS NULL OR NEW.batch_id IS NOT OLD.batch_id
    OR NEW.counted_on IS NOT OLD.counted_on OR NEW.book IS NOT OLD.book OR NEW.counted IS NOT OLD.counted
    OR NEW.counted_by IS NOT OLD.counted_by OR NEW.counted_at IS NOT OLD.counted_at
BEGIN SELECT RAISE(ABORT, 'a count is checked once'); END;
CREATE TRIGGER controlled_count_no_delete BEFORE DELETE ON controlled_count
BEGIN SELECT RAISE(ABORT, 'counts are never removed'); END;

CREATE TABLE trace_code(
    code TEXT PRIMARY KEY CHECK (length(code) = 20 AND code NOT GLOB '*[^0-9]*'),
    drug_id BLOB NOT NULL REFERENCES drug(id),
    pack_size INTEGER NOT NULL CHECK (pack_size >= 1),
    first_seen TEXT NOT NULL CHECK (first_seen IN ('goods_in', 'hand_over')),
    seen_at INTEGER NOT NULL,
    seen_by BLOB NOT NULL REFERENCES person(id)
) WITHOUT ROWID;
CREATE TRIGGER trace_code_no_update BEFORE UPDATE ON trace_code
BEGIN SELECT RAISE(ABORT, 'a trace code belongs to its pack for ever'); END;
CREATE TRIGGER trace_code_no_delete BEFORE DELETE ON trace_code
BEGIN SELECT RAISE(ABORT, 'trace codes are never removed'); END;

CREATE TABLE trace_sale(
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL REFERENCES trace_code(code),
    dispense_id BLOB NOT NULL REFERENCES dispense(id),
    line_id BLOB NOT NULL REFERENCES prescription_line(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1)
);
CREATE INDEX trace_sale_code ON trace_sale(code);
CREATE INDEX trace_sale_dispense ON trace_sale(dispense_id);
CREATE INDEX trace_sale_line ON trace_sale(line_id);
CREATE TRIGGER trace_sale_no_update BEFORE UPDATE ON trace_sale
BEGIN SELECT RAISE(ABORT, 'a sale of a trace code is released by a return, never changed'); END;
CREATE TRIGGER trace_sale_no_delete BEFORE DELETE ON trace_sale
BEGIN SELECT RAISE(ABORT, 'sales of trace codes are never removed'); END;

CREATE TABLE trace_release(
    sale_id INTEGER NOT NULL REFERENCES trace_sale(id),
    return_id BLOB NOT NULL REFERENCES drug_return(id),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    is_sellable INTEGER NOT NULL CHECK (is_sellable IN (0, 1)),
    PRIMARY KEY (sale_id, return_id)
) WITHOUT ROWID;
CREATE TRIGGER trace_release_no_update BEFORE UPDATE ON trace_release
BEGIN SELECT RAISE(ABORT, 'a release is never changed'); END;
CREATE TRIGGER trace_release_no_delete BEFORE DELETE ON trace_release
BEGIN SELECT RAISE(ABORT, 'a release is never removed'); END;
"""
