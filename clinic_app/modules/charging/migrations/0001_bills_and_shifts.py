"""Tables of charging: what is to be paid, bills with lines and payments, vouchers with entries, voids, shifts."""

SQL = """
CREATE TABLE shift(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    cashier_id BLOB NOT NULL REFERENCES person(id),
    desk_id BLOB REFERENCES desk(id),
    opened_at INTEGER NOT NULL,
    closed_at INTEGER CHECK (closed_at >= opened_at),
    float_fen INTEGER NOT NULL DEFAULT 0 CHECK (float_fen >= 0),
    cash_fen INTEGER,
    noncash_fen INTEGER,
    drawer_fen INTEGER,
    counted_fen INTEGER CHECK (counted_fen >= 0),
    difference_reason TEXT NOT NULL DEFAULT '',
    closed_by BLOB REFERENCES person(id),
    counted_with BLOB REFERENCES person(id),
    reason TEXT NOT NULL DEFAULT '',
    CHECK ((closed_at IS NULL) = (cash_fen IS NULL) AND (closed_at IS NULL) = (noncash_fen IS NULL)
        AND (closed_at IS NULL) = (drawer_fen IS NULL)),
    CHECK (counted_fen IS NULL OR counted_fen = drawer_fen OR length(difference_reason) BETWEEN 2 AND 100),
    CHECK (counted_fen IS NULL OR closed_at IS NOT NULL),
    CHECK (CASE WHEN closed_by IS NULL THEN counted_with IS NULL AND reason = '' ELSE counted_fen IS NOT NULL
        AND counted_with IS NOT NULL AND counted_with <> closed_by AND cashier_id NOT IN (closed_by, counted_with)
        AND length(reason) BETWEEN 2 AND 100 END)
) WITHOUT ROWID;
CREATE UNIQUE INDEX shift_open ON shift(cashier_id) WHERE closed_at IS NULL;
CREATE INDEX shift_closed ON shift(closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX shift_with_difference ON shift(closed_at) WHERE counted_fen <> drawer_fen;
CREATE TRIGGER shift_only_closes BEFORE UPDATE ON shift
WHEN OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL OR NEW.id IS NOT OLD.id OR NEW.cashier_id IS NOT OLD.cashier_id
    OR NEW.desk_id IS NOT OLD.desk_id OR NEW.opened_at IS NOT OLD.opened_at OR NEW.float_fen IS NOT OLD.float_fen
BEGIN SELECT RAISE(ABORT, 'a shift is only ever closed, once'); END;
CREATE TRIGGER shift_no_delete BEFORE DELETE ON shift BEGIN SELECT RAISE(ABORT, 'shifts are never removed'); END;

CREATE TABLE bill(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('blue', 'red')),
    root_id BLOB REFERENCES bill(id),
    corrects_id BLOB UNIQUE REFERENCES bill(id),
    receipt_no TEXT NOT NULL UNIQUE,
    series TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    shift_id BLOB NOT NULL REFERENCES shift(id),
    cashier_id BLOB NOT NULL REFERENCES person(id),
    desk_id BLOB REFERENCES desk(id),
    total_fen INTEGER NOT NULL,
    waiver_fen INTEGER NOT NULL,
    rounding_fen INTEGER NOT NULL,
    tendered_fen INTEGER NOT NULL CHECK (tendered_fen >= 0),
    change_fen INTEGER NOT NULL CHECK (change_fen BETWEEN 0 AND tendered_fen),
    paid_at INTEGER NOT NULL,
    paid_on TEXT NOT NULL,
    UNIQUE (series, number),
    CHECK ((kind = 'red') = (corrects_id IS NOT NULL) AND (kind = 'blue' OR root_id IS NOT NULL)),
    CHECK (CASE kind WHEN 'blue' THEN total_fen >= 0 AND waiver_fen BETWEEN 0 AND total_fen
        ELSE total_fen <= 0 AND waiver_fen BETWEEN total_fen AND 0 END)
) WITHOUT ROWID;
CREATE INDEX bill_root ON bill(root_id) WHERE root_id IS NOT NULL;
CREATE INDEX bill_visit ON bill(visit_id);
CREATE INDEX bill_shift ON bill(shift_id);
CREATE INDEX bill_paid_on ON bill(paid_on, cashier_id, paid_at);
CREATE TRIGGER bill_no_update BEFORE UPDATE ON bill BEGIN SELECT RAISE(ABORT, 'a bill is voided, never changed'); END;
CREATE TRIGGER bill_no_delete BEFORE DELETE ON bill BEGIN SELECT RAISE(ABORT, 'bills are never removed'); END;

CREATE TABLE charge_line(
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    visit_id BLOB NOT NULL REFERENCES visit(id),
    patient_id BLOB NOT NULL REFERENCES patient(id),
    source_kind TEXT NOT NULL CHECK (source_kind <> ''),
    source_id BLOB NOT NULL,
    source_line_id NOT NULL,
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    item_kind TEXT NOT NULL CHECK (item_kind IN ('drug', 'service')),
    item_id BLOB NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND quantity),
    state TEXT NOT NULL CHECK (state IN ('open', 'billed', 'withdrawn')),
    bill_id BLOB REFERENCES bill(id),
    opened_at INTEGER NOT NULL,
    opened_on TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK ((state = 'billed') = (bill_id IS NOT NULL)),
    CHECK (refunded = 0 OR state = 'billed')
) WITHOUT ROWID;
CREATE UNIQUE INDEX charge_line_source ON charge_line(source_id, source_line_id) WHERE state <> 'withdrawn';
CREATE INDEX charge_line_by_source ON charge_line(source_id);
CREATE INDEX charge_line_visit ON charge_line(visit_id);
CREATE INDEX charge_line_open ON charge_line(opened_on) WHERE state = 'open';
CREATE INDEX charge_line_bill ON charge_line(bill_id) WHERE bill_id IS NOT NULL;
CREATE TRIGGER charge_line_fixed BEFORE UPDATE ON charge_line
WHEN OLD.state = 'withdrawn' OR NEW.id IS NOT OLD.id OR NEW.visit_id IS NOT OLD.visit_id
    OR NEW.patient_id IS NOT OLD.patient_id OR NEW.source_kind IS NOT OLD.source_kind
    OR NEW.source_id IS NOT OLD.source_id OR NEW.source_line_id IS NOT OLD.source_line_id
    OR NEW.line_no IS NOT OLD.line_no OR NEW.item_kind IS NOT OLD.item_kind OR NEW.item_id IS NOT OLD.item_id
    OR NEW.quantity IS NOT OLD.quantity OR NEW.opened_at IS NOT OLD.opened_at OR NEW.opened_on IS NOT OLD.opened_on
    OR NEW.refunded < OLD.refunded
BEGIN SELECT RAISE(ABORT, 'only the state of a charge line changes'); END;
CREATE TRIGGER charge_line_no_delete BEFORE DELETE ON charge_line
BEGIN SELECT RAISE(ABORT, 'charge lines are withdrawn, never removed'); END;

CREATE TABLE bill_line(
    bill_id BLOB NOT NULL REFERENCES bill(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    charge_line_id BLOB NOT NULL REFERENCES charge_line(id),
    item_name TEXT NOT NULL,
    unit_text TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    pack_size INTEGER NOT NULL CHECK (pack_size >= 1),
    price_e4 INTEGER NOT NULL CHECK (price_e4 >= 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    category TEXT NOT NULL REFERENCES invoice_category(code),
    PRIMARY KEY (bill_id, line_no)
) WITHOUT ROWID;
CREATE INDEX bill_line_charge ON bill_line(charge_line_id);
CREATE TRIGGER bill_line_no_update BEFORE UPDATE ON bill_line
BEGIN SELECT RAISE(ABORT, 'a bill is voided, never changed'); END;
CREATE TRIGGER bill_line_no_delete BEFORE DELETE ON bill_line
BEGIN SELECT RAISE(ABORT, 'bills are never removed'); END;

CREATE TABLE payment(
    bill_id BLOB NOT NULL REFERENCES bill(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    method TEXT NOT NULL CHECK (method <> ''),
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
    reference TEXT NOT NULL CHECK (reference = '' OR method NOT IN ('cash', 'arrears')),
    PRIMARY KEY (bill_id, line_no)
) WITHOUT ROWID;
CREATE INDEX payment_reference ON payment(reference) WHERE reference <> '';
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are never changed'); END;
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are never removed'); END;

CREATE TABLE voucher(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('bill', 'void', 'red', 'channel', 'settlement')),
    bill_id BLOB NOT NULL REFERENCES bill(id),
    shift_id BLOB NOT NULL REFERENCES shift(id),
    corrects_id INTEGER UNIQUE REFERENCES voucher(id),
    at INTEGER NOT NULL,
    posted_on TEXT NOT NULL,
    CHECK ((kind IN ('void', 'red')) = (corrects_id IS NOT NULL))
);
CREATE UNIQUE INDEX voucher_bill ON voucher(bill_id, kind) WHERE kind IN ('bill', 'void', 'red');
CREATE INDEX voucher_of_bill ON voucher(bill_id);
CREATE INDEX voucher_posted_on ON voucher(posted_on);
CREATE INDEX voucher_shift ON voucher(shift_id, at);
CREATE TRIGGER voucher_open_shift BEFORE INSERT ON voucher
WHEN (SELECT closed_at FROM shift WHERE id = NEW.shift_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed shift accepts no entry'); END;
CREATE TRIGGER voucher_no_update BEFORE UPDATE ON voucher
BEGIN SELECT RAISE(ABORT, 'vouchers are corrected by another, never changed'); END;
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON voucher
BEGIN SELECT RAISE(ABORT, 'vouchers are never removed'); END;

CREATE TABLE ledger_entry(
    voucher_id INTEGER NOT NULL REFERENCES voucher(id),
    line_no INTEGER NOT NULL CHECK (line_no >= 1),
    account TEXT NOT NULL CHECK (account <> ''),
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (voucher_id, line_no)
) WITHOUT ROWID;
CREATE INDEX ledger_entry_arrears ON ledger_entry(voucher_id) WHERE account = 'arrears';
CREATE TRIGGER ledger_entry_open_shift BEFORE INSERT ON ledger_entry
WHEN (SELECT s.closed_at FROM voucher v JOIN shift s ON s.id = v.shift_id WHERE v.id = NEW.voucher_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed shift accepts no entry'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END;

CREATE TABLE bill_void(
    bill_id BLOB PRIMARY KEY REFERENCES bill(id),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    voided_at INTEGER NOT NULL,
    voided_by BLOB NOT NULL REFERENCES person(id),
    voucher_id INTEGER NOT NULL UNIQUE REFERENCES voucher(id)
) WITHOUT ROWID;
CREATE TRIGGER bill_void_no_update BEFORE UPDATE ON bill_void
BEGIN SELECT RAISE(ABORT, 'a void is final'); END;
CREATE TRIGGER bill_void_no_delete BEFORE DELETE ON bill_void
BEGIN SELECT RAISE(ABORT, 'a void is final'); END;
"""
