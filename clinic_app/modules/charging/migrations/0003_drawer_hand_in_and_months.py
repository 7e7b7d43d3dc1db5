"""The cash drawer of a shift, its counts, handing the money in, closed months."""

SQL = """
CREATE TABLE drawer_entry(
    id INTEGER PRIMARY KEY,
    shift_id BLOB NOT NULL REFERENCES shift(id),
    kind TEXT NOT NULL CHECK (kind IN ('opened', 'in', 'out')),
    amount_fen INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    made_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL,
    CHECK (CASE kind WHEN 'opened' THEN amount_fen = 0 WHEN 'in' THEN amount_fen > 0 ELSE amount_fen < 0 END)
);
CREATE INDEX drawer_entry_shift ON drawer_entry(shift_id);
CREATE TRIGGER drawer_entry_open_shift BEFORE INSERT ON drawer_entry
WHEN (SELECT closed_at FROM shift WHERE id = NEW.shift_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed shift accepts no entry'); END;
CREATE TRIGGER drawer_entry_no_update BEFORE UPDATE ON drawer_entry
BEGIN SELECT RAISE(ABORT, 'drawer entries are never changed'); END;
CREATE TRIGGER drawer_entry_no_delete BEFORE DELETE ON drawer_entry
BEGIN SELECT RAISE(ABORT, 'drawer entries are never removed'); END;

CREATE TABLE shift_count(
    id INTEGER PRIMARY KEY,
    shift_id BLOB NOT NULL REFERENCES shift(id),
    counted_fen INTEGER NOT NULL CHECK (counted_fen >= 0),
    expected_fen INTEGER NOT NULL,
    pieces TEXT NOT NULL,
    counted_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL
);
CREATE INDEX shift_count_shift ON shift_count(shift_id);
CREATE TRIGGER shift_count_open_shift BEFORE INSERT ON shift_count
WHEN (SELECT closed_at FROM shift WHERE id = NEW.shift_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed shift accepts no entry'); END;
CREATE TRIGGER shift_count_no_update BEFORE UPDATE ON shift_count
BEGIN SELECT RAISE(ABORT, 'a count is never changed'); END;
CREATE TRIGGER shift_count_no_delete BEFORE DELETE ON shift_count
BEGIN SELECT RAISE(ABORT, 'a count is never removed'); END;

CREATE TABLE hand_in(
    shift_id BLOB PRIMARY KEY REFERENCES shift(id),
    expected_fen INTEGER NOT NULL,
    received_fen INTEGER NOT NULL CHECK (received_fen >= 0),
    note TEXT NOT NULL DEFAULT '',
    confirmed_by BLOB NOT NULL REFERENCES person(id),
    at INTEGER NOT NULL,
    CHECK (received_fen = expected_fen OR length(note) BETWEEN 2 AND 100)
) WITHOUT ROWID;
CREATE TRIGGER hand_in_no_update BEFORE UPDATE ON hand_in
BEGIN SELECT RAISE(ABORT, 'money is handed in once'); END;
CREATE TRIGGER hand_in_no_delete BEFORE DELETE ON hand_in
BEGIN SELECT RAISE(ABORT, 'money is handed in once'); END;

CREATE TABLE month_close(
    id INTEGER PRIMARY KEY,
    month TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),
    income_fen INTEGER NOT NULL,
    cash_fen INTEGER NOT NULL,
    noncash_fen INTEGER NOT NULL,
    receivable_fen INTEGER NOT NULL,
    closed_by BLOB NOT NULL REFERENCES person(id),
    closed_at INTEGER NOT NULL,
    reopening_reason TEXT NOT NULL DEFAULT '',
    asked_by BLOB REFERENCES person(id),
    asked_at INTEGER,
    reopened_by BLOB REFERENCES person(id),
    reopened_at INTEGER,
    CHECK ((asked_by IS NULL) = (asked_at IS NULL) AND (reopened_by IS NULL) = (reopened_at IS NULL)),
    CHECK (asked_by IS NULL OR length(reopening_reason) BETWEEN 2 AND 100),
    CHECK (reopened_by IS NULL OR (asked_by IS NOT NULL AND reopened_by <> asked_by))
);
CREATE UNIQUE INDEX month_close_live ON month_close(month) WHERE reopened_at IS NULL;
CREATE TRIGGER month_close_fixed BEFORE UPDATE ON month_close
WHEN OLD.reopened_at IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.month IS NOT OLD.month
    OR NEW.income_fen IS NOT OLD.income_fen OR NEW.cash_fen IS NOT OLD.cash_fen
    OR NEW.noncash_fen IS NOT OLD.noncash_fen OR NEW.receivable_fen IS NOT OLD.receivable_fen
    OR NEW.closed_by IS NOT OLD.closed_by OR NEW.closed_at IS NOT OLD.closed_at
BEGIN SELECT RAISE(ABORT, 'a closed month is only ever reopened'); END;
CREATE TRIGGER month_close_no_delete BEFORE DELETE ON month_close
BEGIN SELECT RAISE(ABORT, 'closed months are never removed'); END;
CREATE TRIGGER voucher_open_month BEFORE INSERT ON voucher
WHEN EXISTS (SELECT 1 FROM month_close m WHERE m.month = substr(NEW.posted_on, 1, 7) AND m.reopened_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a closed month accepts no entry'); END;
"""
