"""Paper invoice books (发票本) with what became of each number, and visits put on hold at the window."""

SQL = """
CREATE TABLE invoice_book(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    prefix TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first >= 0),
    last INTEGER NOT NULL,
    width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 20),
    cashier_id BLOB NOT NULL REFERENCES person(id),
    issued_by BLOB NOT NULL REFERENCES person(id),
    issued_at INTEGER NOT NULL,
    from_book_id BLOB REFERENCES invoice_book(id),
    ended_at INTEGER,
    last_used INTEGER,
    CHECK (last >= first),
    CHECK ((ended_at IS NULL) = (last_used IS NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX invoice_book_open ON invoice_book(cashier_id) WHERE ended_at IS NULL;
CREATE INDEX invoice_book_range ON invoice_book(prefix, first);
CREATE TRIGGER invoice_book_fixed BEFORE UPDATE ON invoice_book
WHEN OLD.ended_at IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.prefix IS NOT OLD.prefix OR NEW.first IS NOT OLD.first
    OR NEW.last IS NOT OLD.last OR NEW.width IS NOT OLD.width OR NEW.cashier_id IS NOT OLD.cashier_id
    OR NEW.issued_by IS NOT OLD.issued_by OR NEW.issued_at IS NOT OLD.issued_at
BEGIN SELECT RAISE(ABORT, 'a book only ends'); END;
CREATE TRIGGER invoice_book_no_delete BEFORE DELETE ON invoice_book
BEGIN SELECT RAISE(ABORT, 'books are never removed'); END;
CREATE TABLE invoice_use(
    book_id BLOB NOT NULL REFERENCES invoice_book(id),
    number INTEGER NOT NULL,
    invoice_no TEXT NOT NULL UNIQUE,
    bill_id BLOB REFERENCES bill(id),
    void_reason TEXT NOT NULL DEFAULT '',
    shift_id BLOB NOT NULL REFERENCES shift(id),
    used_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL,
    PRIMARY KEY (book_id, number),
    CHECK (bill_id IS NOT NULL OR length(void_reason) BETWEEN 2 AND 100)
) WITHOUT ROWID;
CREATE INDEX invoice_use_shift ON invoice_use(shift_id);
CREATE INDEX invoice_use_bill ON invoice_use(bill_id) WHERE bill_id IS NOT NULL;
CREATE TRIGGER invoice_use_only_voids BEFORE UPDATE ON invoice_use
WHEN OLD.void_reason <> '' OR NEW.void_reason = '' OR NEW.book_id IS NOT OLD.book_id OR NEW.number IS NOT OLD.number
    OR NEW.invoice_no IS NOT OLD.invoice_no OR NEW.bill_id IS NOT OLD.bill_id OR NEW.used_by IS NOT OLD.used_by
    OR NEW.shift_id IS NOT OLD.shift_id OR NEW.at IS NOT OLD.at
BEGIN SELECT RAISE(ABORT, 'an invoice number is only ever voided'); END;
CREATE TRIGGER invoice_use_no_delete BEFORE DELETE ON invoice_use
BEGIN SELECT RAISE(ABORT, 'invoice numbers are never removed'); END;
CREATE TABLE visit_hold(
    visit_id BLOB PRIMARY KEY REFERENCES visit(id),
    note TEXT NOT NULL,
    form TEXT NOT NULL,
    held_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL
) WITHOUT ROWID;
"""
